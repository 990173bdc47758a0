"""From the words of a pack to frozen descriptions; whatever cannot be read is noted with its line."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog.descriptions import (
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    EventType,
    Not,
    Repeat,
    Rule,
    Season,
    Sequence,
    SetOf,
    Streak,
    Tier,
    leaves,
)
from omenigen.modules.achievements.catalog.fields import CODE, TYPE_CODE, VALUE, Fields
from omenigen.modules.achievements.catalog.lines import Lined, without_lines
from omenigen.modules.achievements.catalog.problems import Problems
from omenigen.modules.achievements.types import (
    Family,
    Hidden,
    MetricKind,
    Op,
    RuleState,
    Shape,
    StreakUnit,
    Window,
    WindowKind,
)

MAX_POINTS = 1000
MAX_TIERS = 20
MAX_DEPTH = 5
MAX_LEAVES = 24
MAX_SET = 1000


def parse_type(body: Lined, problems: Problems) -> EventType:
    """Read one event type."""
    fields = Fields(body, problems)
    lowest = fields.choice("lowest_trust", Trust, Trust.SERVER)
    client = fields.flag("client")
    schema = fields.raw("schema")
    if schema is not None and not isinstance(schema, dict):
        fields.wrong("schema", "bad_mapping", field="schema")
        schema = None
    parsed = EventType(
        code=fields.code("code"),
        name=fields.text("name", most=60),
        points=fields.whole("points", least=0, most=MAX_POINTS),
        lowest_trust=Trust.CLIENT if client else lowest,
        amount_max=fields.whole("amount_max", least=1, most=1_000_000, default=1),
        per_hour=fields.whole("per_hour", least=1, most=10**9, default=0) or None,
        self_reported=fields.flag("self_reported"),
        client_allowed=client,
        schema=without_lines(schema),
        measures=_measures(fields),
    )
    fields.done()
    return parsed


def _measures(fields: Fields) -> Mapping[str, MetricKind]:
    found: dict[str, MetricKind] = {}
    value = fields.raw("measures") or {}
    if not isinstance(value, dict):
        fields.wrong("measures", "bad_mapping", field="measures")
        return found
    inner = Fields(value if isinstance(value, Lined) else Lined(), fields.problems)
    for measure in value:
        if not CODE.fullmatch(measure) or measure in ("count", "amount"):
            inner.wrong(measure, "bad_code", field=measure)
            continue
        found[measure] = inner.choice(measure, MetricKind, None)
    return found


def parse_season(body: Lined, problems: Problems) -> Season | None:
    """Read one season."""
    fields = Fields(body, problems)
    code, since, until = fields.code("code"), fields.moment("from"), fields.moment("to")
    fields.done()
    if since is None or until is None or since >= until:
        fields.wrong("from", "empty_span")
        return None
    return Season(code=code, since=since, until=until)


def parse_rule(body: Lined, problems: Problems) -> Rule | None:
    """Read one rule; None where its condition cannot be read at all."""
    fields = Fields(body, problems)
    since, until = fields.moment("from"), fields.moment("to")
    if since and until and since >= until:
        fields.wrong("to", "empty_span")
    when = _Conditions(problems, since_until=(since, until)).read(fields.raw("when"), line=body.line_of("when"))
    tiers, tiered = _tiers(fields, when)
    hidden = fields.raw("hidden")
    rule_hidden = Hidden.NO if hidden in (None, False) else fields.choice("hidden", Hidden, None)
    if when is None:
        if "when" not in body:
            fields.wrong("when", "missing", field="when")
        return None
    condition_field = fields.raw("condition_field")
    rule = Rule(
        code=fields.code("code"),
        name=fields.text("name", most=60),
        description=fields.text("description", most=240),
        when=when,
        tiers=tiers,
        tiered=tiered,
        family=fields.choice("family", Family, Family.WORLD),
        shape=fields.choice("shape", Shape, Shape.CIRCLE),
        icon=_icon(fields),
        trust=fields.choice("trust", Trust, Trust.CLIENT),
        hidden=rule_hidden,
        requires=fields.codes("requires"),
        since=since,
        until=until,
        repeat=_repeat(fields),
        backfill=fields.flag("backfill"),
        condition_field=condition_field if isinstance(condition_field, str) else None,
        body=without_lines(body),
        state=fields.choice("state", RuleState, RuleState.LIVE),
        line=body.line,
    )
    fields.done()
    return rule


def _icon(fields: Fields) -> str:
    value = fields.raw("icon")
    if value is None:
        return "award"
    if isinstance(value, str) and 0 < len(value) <= 48 and value.replace("-", "").isalnum():
        return value
    fields.wrong("icon", "bad_code", field="icon")
    return "award"


def _tiers(fields: Fields, when: Condition | None) -> tuple[tuple[Tier, ...], bool]:
    steps = fields.raw("tiers")
    if steps is None:
        points = fields.whole("points", least=0, most=MAX_POINTS)
        return (Tier(at=_own_target(when), points=points, reward=_rewards(fields)),), False
    if "points" in fields.body:
        fields.wrong("points", "points_and_tiers")
        fields.raw("points")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_TIERS:
        fields.wrong("tiers", "too_many_tiers", most=MAX_TIERS)
        return (Tier(at=1, points=0),), True
    tiers: list[Tier] = []
    for step in steps:
        if not isinstance(step, Lined):
            fields.wrong("tiers", "bad_mapping", field="tiers")
            continue
        inner = Fields(step, fields.problems)
        at = inner.number("at")
        if at is None or at <= 0 or (tiers and at <= tiers[-1].at):
            inner.wrong("at", "tiers_do_not_rise")
        tiers.append(Tier(at=at or 1, points=inner.whole("points", least=0, most=MAX_POINTS), reward=_rewards(inner)))
        inner.done()
    return tuple(tiers) or (Tier(at=1, points=0),), True


def _own_target(when: Condition | None) -> float:
    """The number to show for a rule without tiers: that of its only counting leaf, else 1."""
    if when is None:
        return 1
    only = [_target_of(leaf) for leaf in leaves(when)]
    return only[0] if len(only) == 1 else 1


def _target_of(leaf: Condition) -> float:
    match leaf:
        case Compare(op=Op.GE, value=float() | int() as value):
            return value
        case Streak(n=int() as n):
            return n
        case SetOf(need=int() as need):
            return need
        case _:
            return 1


def _rewards(fields: Fields) -> tuple[Mapping[str, object], ...]:
    value = fields.raw("reward")
    if value is None:
        return ()
    if isinstance(value, list) and len(value) <= 8 and all(isinstance(one, dict) and one for one in value):
        return tuple(without_lines(value))
    fields.wrong("reward", "bad_list", field="reward")
    return ()


def _repeat(fields: Fields) -> Repeat | None:
    value = fields.raw("repeat")
    if value is None:
        return None
    if not isinstance(value, Lined):
        fields.wrong("repeat", "bad_mapping", field="repeat")
        return None
    inner = Fields(value, fields.problems)
    repeat = Repeat(max=inner.whole("max", least=2, most=100), cooldown=inner.duration("cooldown") or timedelta(0))
    inner.done()
    return repeat


class _Conditions:
    """Read the tree below `when`."""

    def __init__(self, problems: Problems, *, since_until: tuple[Any, Any]) -> None:  # Any: datetime | None
        self._problems = problems
        self._since, self._until = since_until
        self._forms: Mapping[str, Callable[[Fields], Condition | None]] = {
            "metric": self._compare,
            "all": lambda fields: self._group(fields, "all"),
            "any": lambda fields: self._group(fields, "any"),
            "not": self._not,
            "at_least": self._at_least,
            "set": self._set,
            "sequence": self._sequence,
            "streak": self._streak,
        }

    def read(self, value: Any, *, line: int, depth: int = 1) -> Condition | None:  # Any: what the author wrote
        if value is None:
            return None
        if not isinstance(value, Lined):
            self._problems.add("bad_condition", line=line)
            return None
        if depth > MAX_DEPTH:
            self._problems.add("too_deep", line=value.line or line, most=MAX_DEPTH)
            return None
        heads = [form for form in self._forms if form in value]
        if len(heads) != 1:
            self._problems.add("bad_condition", line=value.line or line, forms=", ".join(self._forms))
            return None
        fields = Fields(value, self._problems)
        self._depth = depth
        found = self._forms[heads[0]](fields)
        fields.done()
        return found

    def _children(self, fields: Fields, key: str) -> tuple[Condition, ...]:
        value, depth = fields.raw(key), self._depth
        if not isinstance(value, list) or not value:
            fields.wrong(key, "bad_list", field=key)
            return ()
        line = fields.body.line_of(key)
        found = [self.read(one, line=line, depth=depth + 1) for one in value]
        return tuple(one for one in found if one is not None)

    def _group(self, fields: Fields, key: str) -> Condition | None:
        parts = self._children(fields, key)
        if not parts:
            return None
        return All(of=parts) if key == "all" else AnyOf(of=parts)

    def _not(self, fields: Fields) -> Condition | None:
        part = self.read(fields.raw("not"), line=fields.body.line_of("not"), depth=self._depth + 1)
        return None if part is None else Not(of=part)

    def _at_least(self, fields: Fields) -> Condition | None:
        k = fields.whole("at_least", least=1, most=MAX_LEAVES)
        parts = self._children(fields, "of")
        return AtLeast(k=k, of=parts) if parts else None

    def _compare(self, fields: Fields) -> Condition | None:
        metric = fields.raw("metric")
        op = fields.raw("op")
        if op is None:
            op = Op.GE
        elif op not in list(Op):
            fields.wrong("op", "unknown_op", op=op)
            op = Op.GE
        return Compare(
            metric=str(metric),
            op=Op(op),
            value=fields.number("value"),
            window=self._spanned(fields.window("window")),
            line=fields.body.line,
        )

    def _set(self, fields: Fields) -> Condition | None:
        inner = self._inner(fields, "set")
        if inner is None:
            return None
        values = inner.raw("of")
        if (
            not isinstance(values, list)
            or not 1 <= len(values) <= MAX_SET
            or len(set(map(str, values))) != len(values)
            or not all(isinstance(one, str) and VALUE.fullmatch(one) for one in values)
        ):
            inner.wrong("of", "bad_set", most=MAX_SET)
            return None
        need = inner.whole("need", least=1, most=len(values)) if "need" in inner.body else None
        found = SetOf(metric=str(inner.raw("metric")), of=tuple(values), need=need, line=inner.body.line)
        inner.done()
        return found

    def _sequence(self, fields: Fields) -> Condition | None:
        types = fields.codes("sequence", TYPE_CODE)
        within = fields.duration("within")
        if not 2 <= len(types) <= 8:
            fields.wrong("sequence", "bad_sequence")
            return None
        if within is None or not timedelta(seconds=1) <= within <= timedelta(days=30):
            fields.wrong("within", "bad_within")
            return None
        return Sequence(of=types, within=within, line=fields.body.line)

    def _streak(self, fields: Fields) -> Condition | None:
        inner = self._inner(fields, "streak")
        if inner is None:
            return None
        minimum = inner.number("min") if "min" in inner.body else 1
        if minimum is not None and minimum <= 0:
            inner.wrong("min", "bad_number", field="min", least=1, most=2**53)
        found = Streak(
            metric=str(inner.raw("metric")),
            unit=inner.choice("unit", StreakUnit, StreakUnit.DAY),
            n=inner.whole("n", least=2, most=3660) if "n" in inner.body else None,
            min=minimum or 1,
            freeze=inner.whole("freeze", least=0, most=2, default=0),
            line=inner.body.line,
        )
        inner.done()
        return found

    def _inner(self, fields: Fields, key: str) -> Fields | None:
        value = fields.raw(key)
        if isinstance(value, Lined):
            return Fields(value, self._problems)
        fields.wrong(key, "bad_mapping", field=key)
        return None

    def _spanned(self, window: Window) -> Window:
        """Counting from a date, or to one, needs rows of its own: events outside must not be in them."""
        if window.kind is WindowKind.ALL and (self._since or self._until):
            return Window(kind=WindowKind.SPAN, since=self._since, until=self._until)
        return window
