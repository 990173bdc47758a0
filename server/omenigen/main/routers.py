"""Every HTTP door, on one page."""

from fastapi import APIRouter
from starlette.routing import BaseRoute

from omenigen.gateways.live.router import router as live
from omenigen.main.operator.router import router as operator
from omenigen.modules.accounts.router import ROUTERS as ACCOUNTS
from omenigen.modules.achievements.router import ROUTERS as ACHIEVEMENTS
from omenigen.modules.achievements.router import SHORTCUTS as ACHIEVEMENT_SHORTCUTS
from omenigen.modules.media.router import router as media
from omenigen.modules.notify.router import router as notify

ROUTERS: tuple[APIRouter, ...] = (*ACCOUNTS, media, *ACHIEVEMENTS, notify, live, operator)

SHORTCUTS: tuple[BaseRoute, ...] = ACHIEVEMENT_SHORTCUTS
"""Doors to the busiest routes, tried before all others: trying them in turn costs more than their work."""
