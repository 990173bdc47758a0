"""The HTTP doors of achievements."""

from fastapi import APIRouter

from omenigen.modules.achievements.router.achievements import router as achievements
from omenigen.modules.achievements.router.boards import router as boards
from omenigen.modules.achievements.router.events import direct as direct_events
from omenigen.modules.achievements.router.events import router as events
from omenigen.modules.achievements.router.players import direct as direct_players
from omenigen.modules.achievements.router.players import router as players
from omenigen.modules.achievements.router.rules import router as rules
from omenigen.modules.achievements.router.sources import router as sources

ROUTERS: tuple[APIRouter, ...] = (direct_events, direct_players, events, players, achievements, rules, boards, sources)
