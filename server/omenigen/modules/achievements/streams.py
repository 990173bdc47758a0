"""What open screens show of achievements: a player's part of `user.<id>`, and a game's own `app.<id>`."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, Game, Role, User
from omenigen.kit.clock import Clock
from omenigen.kit.streams import Entity, StreamKind, StreamPart
from omenigen.modules.achievements.catalog import Catalog
from omenigen.modules.achievements.queries import judging as judge_queries
from omenigen.modules.achievements.queries import players as player_queries
from omenigen.modules.achievements.queries import sources as source_queries
from omenigen.modules.achievements.rules.evaluating import evaluate
from omenigen.modules.achievements.service.loading import FactsLoader
from omenigen.modules.achievements.service.refused import SHOWN, refusal_entity
from omenigen.modules.achievements.service.screens import (
    NEWEST_OF_PLAYER,
    NEWEST_OF_SOURCE,
    event_entity,
    progress_entity,
    score_entity,
    source_event_entity,
    unlock_entity,
    unlock_key,
)
from omenigen.modules.achievements.types import Hidden

Entities = dict[str, dict[str, Entity]]


def player_part(catalog: Catalog, clock: Clock) -> StreamPart:
    """Declare what `user.<id>` shows: score, newest events, unlocks, progress."""

    async def snapshot(db: AsyncSession, names: Sequence[str], window: int) -> Entities:
        users = {int(name.removeprefix("user.")): name for name in names}
        found: Entities = {name: {} for name in names}
        metrics = {metric.id: metric.type_code for metric in catalog.counts}
        scores = await judge_queries.find_scores(db, list(users))
        counts = await judge_queries.find_counts(db, list(users), metrics)
        for user, name in users.items():
            found[name]["score"] = score_entity(scores.get(user), counts.get(user, {}))
        for row in await judge_queries.newest_of_players(db, list(users), newest=NEWEST_OF_PLAYER):
            found[users[row["user_id"]]][f"event/{row['id']}"] = event_entity(row)
        for unlock in await player_queries.unlock_rows(db, list(users)):
            found[users[unlock["user_id"]]][unlock_key(unlock)] = unlock_entity(
                unlock, catalog.rule(unlock["rule_code"])
            )
        for user, code, progress in await _progress(db, list(users)):
            found[users[user]][f"progress/{code}"] = progress
        return found

    async def _progress(db: AsyncSession, users: Sequence[int]) -> list[tuple[int, str, dict[str, Any]]]:
        open_ = [rule for rule in catalog.live if rule.hidden is Hidden.NO]
        now = clock.now()
        loaded = await FactsLoader(db, catalog).load(dict.fromkeys(users, open_), now=now)
        return [
            (user, rule.code, progress_entity(evaluate(rule=rule, facts=loaded.facts[user], now=now).progress))
            for user in users
            for rule in open_
        ]

    return StreamPart(prefix="user", name="achievements", snapshot=snapshot)


def app_stream(clock: Clock) -> StreamKind:
    """Declare the stream of a game: followed by its living keys, its owner, and the operator."""

    async def gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
        match caller:
            case Game():
                alive = await source_queries.key_is_alive(db, caller.key_id, now=clock.now())
                return {f"app.{caller.source_id}"} & set(names) if alive else set()
            case User(role=Role.OPERATOR):
                owned = await source_queries.sources_of(db, None)
            case User():
                owned = await source_queries.sources_of(db, caller.user_id)
            case _:
                return set()
        return {f"app.{row.id}" for row in owned} & set(names)

    return StreamKind(prefix="app", gate=gate, snapshot=_app_snapshot)


async def _app_snapshot(db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int) -> Entities:
    sources = {int(name.removeprefix("app.")): name for name in names}
    found: defaultdict[str, dict[str, Entity]] = defaultdict(dict)
    for row in await judge_queries.newest_of_sources(db, list(sources), newest=NEWEST_OF_SOURCE):
        found[sources[row["source_id"]]][f"event/{row['id']}"] = source_event_entity(row)
    for source, name in sources.items():
        for refused in await source_queries.refused_of(db, source, limit=SHOWN):
            found[name][f"refusal/{refused.id}"] = refusal_entity(
                refused.id, at=refused.at, code=refused.code, params=refused.params
            )
    return dict(found)
