"""The judge: takes players whose events were counted, decides their rules, pays exactly once, tells their screens."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from prometheus_client import Counter, Histogram
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Trust
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.modules.accounts.public import Players
from omenigen.modules.achievements.catalog import Catalog, Rule
from omenigen.modules.achievements.events import LevelReached, Unlocked
from omenigen.modules.achievements.queries import judging as queries
from omenigen.modules.achievements.queries.judging import NewUnlock
from omenigen.modules.achievements.queries.writing import Mark
from omenigen.modules.achievements.rules.evaluating import Progress, Step, evaluate
from omenigen.modules.achievements.rules.facts import Earned
from omenigen.modules.achievements.rules.levels import level_of
from omenigen.modules.achievements.rules.walking import Node
from omenigen.modules.achievements.service.loading import FactsLoader
from omenigen.modules.achievements.service.screens import (
    NEWEST_OF_PLAYER,
    NEWEST_OF_SOURCE,
    Shown,
    event_entity,
    progress_entity,
    score_entity,
    source_event_entity,
    unlock_entity,
    unlock_key,
)
from omenigen.modules.achievements.types import Hidden

EVIDENCE_EVENTS = 10

JUDGED = Counter("achievement_judged_players_total", "Players judged")
UNLOCKED = Counter("achievement_unlocked_total", "Achievements unlocked", ["code"])
JUDGE_SECONDS = Histogram(
    "achievement_judge_seconds", "Time of one batch of the judge", buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)
)

Asked = Mapping[int, Collection[Rule]]


@dataclass(slots=True)
class Verdict:
    """What came of judging: rows that were not there before, and progress by player and rule."""

    unlocked: list[RowMapping] = field(default_factory=list)
    progress: dict[int, dict[str, Progress]] = field(default_factory=lambda: defaultdict(dict))


class Judging:
    """Decide rules for players in the transaction of the caller."""

    def __init__(
        self,
        *,
        db: AsyncSession,
        catalog: Catalog,
        clock: Clock,
        outbox: Outbox,
        streams: Streams,
        shown: Shown,
        players: Players,
    ) -> None:
        self._db = db
        self._catalog = catalog
        self._clock = clock
        self._outbox = outbox
        self._streams = streams
        self._shown = shown
        self._players = players

    async def judge_due(self, *, limit: int) -> int:
        """Judge the players of up to `limit` due marks; return how many marks were taken, 0: nobody waits.

        Whatever is committed after the marks were taken leaves new marks, so nothing is missed; a transaction that
        fails gives the marks back.
        """
        with JUDGE_SECONDS.time():
            marks = await queries.claim_due(self._db, limit=limit)
            if not marks:
                return 0
            users = sorted({user for user, _, _ in marks})
            await queries.lock_players(self._db, users)
            # Nobody can look at the screens of a player whom only a game knows: they are left alone until somebody
            # claims the player, and so are rules that no event has woken.
            claimed = await self._players.claimed([UserId(user) for user in users])
            newest = await self._newest(claimed)
            verdict = await self.judge(self._touched(marks, newest))
            scores = await self.tell_level(users)
            await self._show(claimed, newest, scores, verdict)
            await self._show_sources(users)
            await queries.mark_boards(self._db, {(user, day) for user, _, day in marks if day is not None})
            JUDGED.inc(len(users))
            return len(marks)

    async def judge(self, asked: Asked, *, whole_history: bool = False) -> Verdict:
        """Decide these rules for these players, write and pay what they earned anew; then the rules that require them.

        The players must be locked (`queries.lock_players`), so that no two judges decide for one player at once.
        """
        verdict = Verdict()
        while asked:
            earned = await self._judge(asked, verdict, whole_history=whole_history)
            asked = {
                user: self._catalog.in_order(rules)
                for user, codes in earned.items()
                if (rules := [rule for code in codes for rule in self._catalog.dependants(code)])
            }
        return verdict

    async def _judge(self, asked: Asked, verdict: Verdict, *, whole_history: bool) -> dict[int, set[str]]:
        """Decide rules for players; add to the verdict, return the codes of what was earned anew."""
        now = self._clock.now()
        loader = FactsLoader(self._db, self._catalog)
        had = await loader.earned(sorted(asked))
        asked = {user: _unfinished(rules, had[user]) for user, rules in asked.items()}
        loaded = await loader.load(asked, now=now, whole_history=whole_history, earned=had)
        steps: list[tuple[int, Rule, Step]] = []
        for user, rules in asked.items():
            earned = dict(loaded.facts[user].earned)
            facts = replace(loaded.facts[user], earned=earned)
            for rule in rules:
                outcome = evaluate(rule=rule, facts=facts, now=now)
                verdict.progress[user][rule.code] = outcome.progress
                for step in outcome.steps:
                    steps.append((user, rule, step))
                    fresh = Earned(tier=step.tier, n=step.n, at=now, context=step.context)
                    # The rules that require this one come later in the same pass and see it.
                    earned[rule.code] = (*earned.get(rule.code, ()), fresh)
        await queries.save_runs(self._db, loaded.runs)
        found: dict[int, set[str]] = defaultdict(set)
        if steps:
            rows = await self._unlock(steps)
            verdict.unlocked += rows
            for row in rows:
                found[row["user_id"]].add(row["rule_code"])
        return found

    async def tell_level(self, users: Collection[int]) -> dict[int, RowMapping]:
        """Record levels that were reached since they were last told; return the players' scores."""
        scores = await queries.find_scores(self._db, list(users))
        reached: dict[int, int] = {}
        for user, row in scores.items():
            level = level_of(max(0, row["event_points"] + row["achievement_points"])).number
            if level > row["level"]:
                reached[user] = level
                self._outbox.record(LevelReached(user_id=user, level=level))
        await queries.save_levels(self._db, reached)
        return scores

    async def show_unlocks(self, unlocked: Iterable[RowMapping]) -> None:
        """Put unlocks on their players' screens."""
        for row in unlocked:
            entity = unlock_entity(row, self._catalog.rule(row["rule_code"]))
            self._streams.append(f"user.{row['user_id']}", put={unlock_key(row): entity}, why=Unlocked.subject)

    async def show_scores(self, users: Collection[int]) -> None:
        """Put fresh scores on players' screens, and tell of levels."""
        await self._put_scores(users, await self.tell_level(users))

    async def _put_scores(self, users: Collection[int], scores: Mapping[int, RowMapping]) -> None:
        counts = await self._counts(users)
        for user in users:
            entity = score_entity(scores.get(user), counts.get(user, {}))
            self._streams.append(f"user.{user}", put={"score": entity})

    async def _newest(self, users: Collection[int]) -> dict[int, tuple[RowMapping, ...]]:
        found: dict[int, list[RowMapping]] = {user: [] for user in users}
        for row in await queries.newest_of_players(self._db, list(users), newest=NEWEST_OF_PLAYER):
            found[row["user_id"]].append(row)
        return {user: tuple(rows) for user, rows in found.items()}

    def _touched(
        self, marks: Iterable[Mark], newest: Mapping[int, tuple[RowMapping, ...]]
    ) -> dict[int, tuple[Rule, ...]]:
        """The rules to look at: those that were woken, and those whose progress the newest events may have moved."""
        found: dict[int, dict[str, Rule]] = defaultdict(dict)
        for user, rule_id, _ in marks:
            rule = self._catalog.rule_numbered(rule_id)
            if rule is not None:
                found[user][rule.code] = rule
        for user, rows in newest.items():
            known = self._shown.ids(f"user.{user}")
            types = {row["type_code"] for row in rows if row["id"] not in known}
            codes = {metric.code for one in types for metric in self._catalog.metrics_of(one)}
            found[user].update((rule.code, rule) for rule in self._catalog.touching(sorted(codes)))
        return {user: self._catalog.in_order(rules.values()) for user, rules in found.items() if rules}

    async def _unlock(self, steps: list[tuple[int, Rule, Step]]) -> list[RowMapping]:
        types: dict[int, set[str]] = defaultdict(set)
        for user, rule, _ in steps:
            types[user].update(code.partition("@")[0].rpartition(".")[0] for code in rule.metrics)
        events = await queries.find_evidence(
            self._db,
            [(user, sorted(of)) for user, of in types.items()],
            newest=EVIDENCE_EVENTS,
            open_types=[
                code for code in set().union(*types.values()) if self._catalog.is_recognised(code, Trust.CLIENT)
            ],
        )
        now = self._clock.now()
        rows = await queries.insert_unlocks(
            self._db, [_unlock(user, rule, step, events.get(user, [])) for user, rule, step in steps], now
        )
        paid: dict[int, tuple[int, int]] = {}
        for row in rows:
            points, count = paid.get(row["user_id"], (0, 0))
            # Tiers and repeats of one achievement are one achievement.
            first = row["tier"] == 1 and row["n"] == 0
            paid[row["user_id"]] = (points + row["points"], count + first)
            self._record(row)
        await queries.pay(self._db, paid)
        return rows

    def _record(self, row: RowMapping) -> None:
        rule = self._catalog.rule(row["rule_code"])
        UNLOCKED.labels(row["rule_code"]).inc()
        self._outbox.record(
            Unlocked(
                user_id=row["user_id"],
                unlock_id=row["id"],
                code=row["rule_code"],
                tier=row["tier"],
                n=row["n"],
                points=row["points"],
                source_id=row["source_id"],
                reward=rule.tiers[row["tier"] - 1].reward if rule and row["tier"] <= len(rule.tiers) else (),
            )
        )

    async def _show(
        self,
        users: Collection[int],
        newest: Mapping[int, tuple[RowMapping, ...]],
        scores: Mapping[int, RowMapping],
        verdict: Verdict,
    ) -> None:
        await self._put_scores(users, scores)
        await self.show_unlocks(row for row in verdict.unlocked if row["user_id"] in users)
        for user in users:
            stream = f"user.{user}"
            glimpse = self._shown.glimpse(stream, newest[user])
            put = {f"event/{row['id']}": event_entity(row) for row in glimpse.put}
            for code, progress in verdict.progress.get(user, {}).items():
                rule = self._catalog.rule(code)
                if rule is not None and rule.hidden is Hidden.NO:
                    put[f"progress/{code}"] = progress_entity(progress)
            self._streams.append(stream, put=put, drop=[f"event/{one}" for one in glimpse.drop])

    async def _show_sources(self, users: Collection[int]) -> None:
        """Put what players' games told of them into the games' own logs."""
        sources = await queries.sources_of_newest(self._db, sorted(users), newest=NEWEST_OF_PLAYER)
        found: dict[int, list[RowMapping]] = defaultdict(list)
        for row in await queries.newest_of_sources(self._db, sorted(sources), newest=NEWEST_OF_SOURCE):
            found[row["source_id"]].append(row)
        for source, rows in found.items():
            stream = f"app.{source}"
            glimpse = self._shown.glimpse(stream, tuple(rows))
            if glimpse.put or glimpse.drop:
                put = {f"event/{row['id']}": source_event_entity(row) for row in glimpse.put}
                self._streams.append(stream, put=put, drop=[f"event/{one}" for one in glimpse.drop])

    async def _counts(self, users: Collection[int]) -> dict[int, dict[str, int]]:
        metrics = {metric.id: metric.type_code for metric in self._catalog.counts}
        return await queries.find_counts(self._db, list(users), metrics)


def _unfinished(rules: Collection[Rule], earned: Mapping[str, tuple[Earned, ...]]) -> list[Rule]:
    """Leave out what a player has in full: most of what happens touches such rules, and they cannot move."""
    return [rule for rule in rules if not rule.is_finished({one.tier for one in earned.get(rule.code, ())})]


def _unlock(user: int, rule: Rule, step: Step, events: list[RowMapping]) -> NewUnlock:
    assert rule.id is not None, f"rule {rule.code} has no row"
    return NewUnlock(
        user_id=user,
        rule_id=rule.id,
        rule_code=rule.code,
        rule_version=rule.version,
        tier=step.tier,
        n=step.n,
        points=step.points,
        evidence={
            "context": step.context,
            "events": [row["id"] for row in events],
            "values": values_of(step.tree),
        },
        source_id=events[0]["source_id"] if events else None,
    )


def values_of(tree: Node) -> list[dict[str, Any]]:  # Any: JSON
    """The numbers of a tree's leaves, as they are kept with an unlock."""
    kept = ("metric", "code", "op", "events", "met", "frozen")
    if tree.parts:
        return [one for part in tree.parts for one in values_of(part)]
    return [
        {
            "kind": tree.kind,
            "value": tree.value,
            "target": tree.target,
            "window": tree.window,
            **{name: tree.more[name] for name in kept if name in tree.more},
        }
    ]
