"""What may happen and what is recognised: event types, metrics, conditions and rules, as frozen descriptions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.types import (
    Family,
    Hidden,
    LocalText,
    MetricKind,
    Op,
    RuleState,
    Shape,
    StreakUnit,
    Window,
    WindowKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number per player and window, fed by one event type.

    `code` is `<type>.<measure>`, or `<type>.<measure>@<trust>` for a count that accepts only that trust and above.
    `measure` is `count`, `amount`, or the field of the event's details. Only events whose trust is at least `floor`
    feed it, and where `below` is given, only those of less trust than that.
    """

    code: str
    type_code: str
    measure: str
    kind: MetricKind
    floor: Trust = Trust.CLIENT
    below: Trust | None = None
    id: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", metric_id(self.code))


@lru_cache(maxsize=65_536)
def metric_id(code: str) -> int:
    """Derive the stable 63-bit id of a metric from its code, so that no node has to ask for one."""
    return int.from_bytes(blake2b(code.encode(), digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """Something that may happen: its points, who may say so, and how often.

    `points` are per unit of amount. `per_hour` bounds the amount a player may collect in an hour (None: no bound).
    Points of all `self_reported` types together are capped per day. `schema` is a JSON Schema of `details`.
    `source_id` is None for types of the platform, else the game that declared it.
    """

    code: str
    name: LocalText
    points: int
    lowest_trust: Trust = Trust.SERVER
    amount_max: int = 1
    per_hour: int | None = None
    self_reported: bool = False
    client_allowed: bool = False
    schema: Mapping[str, object] | None = None
    measures: Mapping[str, MetricKind] = field(default_factory=dict)
    creature: Mapping[str, float] = field(default_factory=dict)
    source_id: int | None = None
    version: int = 1
    id: int | None = None

    @property
    def floor(self) -> Trust:
        """The trust that rules and boards ask of an event; of its own types a game may say what it likes."""
        return self.lowest_trust if self.source_id is None else Trust.CLIENT

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics that the type feeds, without trust variants."""
        own = {"count": MetricKind.COUNT, "amount": MetricKind.SUM, **self.measures}
        return tuple(
            Metric(code=f"{self.code}.{measure}", type_code=self.code, measure=measure, kind=kind, floor=self.floor)
            for measure, kind in own.items()
        )

    @property
    def claims(self) -> Metric | None:
        """The count of events whose sender's word is below the floor: statistics show them, rules and boards do not."""
        if self.floor is Trust.CLIENT:
            return None
        return Metric(
            code=f"{self.code}.count@claimed",
            type_code=self.code,
            measure="count",
            kind=MetricKind.COUNT,
            below=self.floor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A named stretch of time, the same for everybody."""

    code: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`metric op value` in a window; `value` None means that the tiers give it."""

    metric: str
    op: Op
    value: float | None
    window: Window
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOf:
    """Certain values were all met; `need` of them are enough, None: the tiers say how many."""

    metric: str
    of: tuple[str, ...]
    need: int | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """These event types happened in this order, first to last no further apart than `within`."""

    of: tuple[str, ...]
    within: timedelta
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """`n` days or weeks in a row with at least `min`, bridging up to `freeze` missed ones a run."""

    metric: str
    unit: StreakUnit
    n: int | None
    min: float
    freeze: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every part holds, in the same day, week, month or session where parts speak of one."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold, judged when its window is over."""

    of: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """`k` parts hold."""

    k: int
    of: tuple["Condition", ...]


Leaf = Compare | SetOf | Sequence | Streak
Condition = Leaf | All | AnyOf | Not | AtLeast


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Walk the leaves of a condition from left to right."""
    match condition:
        case All(of=parts) | AnyOf(of=parts) | AtLeast(of=parts):
            for part in parts:
                yield from leaves(part)
        case Not(of=part):
            yield from leaves(part)
        case _:
            yield condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step of an achievement: reached at a value, worth points and perhaps a reward."""

    at: float
    points: int
    reward: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How often the same achievement may be earned anew, and how long between two."""

    max: int
    cooldown: timedelta = timedelta(0)


_PERIODIC = frozenset({WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH, WindowKind.SESSION, WindowKind.ROLLING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One achievement: what it is called, when it is earned, what it is worth, how its badge looks.

    A rule without tiers has one, numbered 1, whose `at` is the value of its own condition.
    `condition_field` and `condition_value` are the words of the public system for the three starting achievements.
    """

    code: str
    name: LocalText
    description: LocalText
    when: Condition
    tiers: tuple[Tier, ...]
    tiered: bool
    family: Family
    shape: Shape
    icon: str
    trust: Trust
    hidden: Hidden
    requires: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    repeat: Repeat | None = None
    backfill: bool = False
    condition_field: str | None = None
    body: Mapping[str, object] = field(default_factory=dict, compare=False)
    state: RuleState = RuleState.LIVE
    version: int = 1
    id: int | None = None
    source_id: int | None = None
    line: int = field(default=0, compare=False)
    leaves: tuple[Leaf, ...] = field(init=False, compare=False, repr=False)
    windows: frozenset[WindowKind] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Asked for at every judging, so worked out once.
        found = tuple(leaves(self.when))
        object.__setattr__(self, "leaves", found)
        kinds = frozenset(leaf.window.kind for leaf in found if isinstance(leaf, Compare))
        object.__setattr__(self, "windows", kinds)

    @property
    def is_periodic(self) -> bool:
        """Say whether the rule may hold on one day or session and not on another."""
        return not _PERIODIC.isdisjoint(self.windows)

    def is_finished(self, tiers: Collection[int]) -> bool:
        """Say whether somebody who has these tiers can earn nothing more."""
        return self.repeat is None and len(tiers) == len(self.tiers)

    @property
    def points(self) -> int:
        """Points of all tiers together."""
        return sum(tier.points for tier in self.tiers)

    @property
    def condition_value(self) -> int:
        """The number that the first tier asks for."""
        return int(self.tiers[0].at)

    @property
    def metrics(self) -> frozenset[str]:
        """Codes of all metrics whose change may decide the rule."""
        found: set[str] = set()
        for leaf in self.leaves:
            match leaf:
                case Sequence(of=types):
                    found.update(f"{code}.count" for code in types)
                case Compare() | SetOf() | Streak():
                    found.add(leaf.metric)
        return frozenset(found)
