"""The HTTP doors of accounts."""

from fastapi import APIRouter

from omenigen.modules.accounts.router.auth import router as auth
from omenigen.modules.accounts.router.me import router as me
from omenigen.modules.accounts.router.people import operator, people

ROUTERS: tuple[APIRouter, ...] = (auth, me, people, operator)
