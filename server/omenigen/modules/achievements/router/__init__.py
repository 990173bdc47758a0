"""The HTTP doors of achievements."""

from fastapi import APIRouter

from omenigen.modules.achievements.router.achievements import router as achievements
from omenigen.modules.achievements.router.badges import router as badges
from omenigen.modules.achievements.router.boards import router as boards
from omenigen.modules.achievements.router.direct import Shortcut
from omenigen.modules.achievements.router.events import create_event, create_events
from omenigen.modules.achievements.router.events import direct as direct_events
from omenigen.modules.achievements.router.events import router as events
from omenigen.modules.achievements.router.games import router as games
from omenigen.modules.achievements.router.players import direct as direct_players
from omenigen.modules.achievements.router.players import get_stats
from omenigen.modules.achievements.router.players import router as players
from omenigen.modules.achievements.router.rules import router as rules
from omenigen.modules.achievements.router.sources import router as sources

ROUTERS: tuple[APIRouter, ...] = (
    direct_events,
    direct_players,
    events,
    players,
    achievements,
    rules,
    boards,
    badges,
    sources,
    games,
)

SHORTCUTS = (
    Shortcut(
        exact={
            ("POST", "/api/v1/event/"): create_event,
            ("POST", "/api/v1/event"): create_event,
            ("POST", "/api/v1/events/batch"): create_events,
        },
        by_id={("GET", "/api/v1/stats"): get_stats},
    ),
)
"""The busiest of these, found before all others."""
