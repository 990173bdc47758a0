"""The words of the achievements platform: trust, windows of time, kinds of measure, the looks of a badge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class MetricKind(StrEnum):
    """How the values of a measure become one number per window."""

    COUNT = "count"
    SUM = "sum"
    GAUGE = "gauge"  # a running sum of signed steps: may go down
    MAX = "max"
    MIN = "min"
    LAST = "last"
    DISTINCT = "distinct"

    @property
    def adds_up(self) -> bool:
        """Say whether a longer window's value is the sum of the shorter ones inside it."""
        return self in (MetricKind.COUNT, MetricKind.SUM, MetricKind.GAUGE)

    @property
    def only_grows(self) -> bool:
        """Say whether new events can only raise the value inside one window."""
        return self in (MetricKind.COUNT, MetricKind.SUM, MetricKind.MAX, MetricKind.DISTINCT)


class Op(StrEnum):
    """Comparison of a metric with a number."""

    GE = ">="
    GT = ">"
    LE = "<="
    LT = "<"
    EQ = "=="
    NE = "!="

    def holds(self, left: float, right: float) -> bool:
        """Apply the comparison."""
        match self:
            case Op.GE:
                return left >= right
            case Op.GT:
                return left > right
            case Op.LE:
                return left <= right
            case Op.LT:
                return left < right
            case Op.EQ:
                return left == right
            case Op.NE:
                return left != right

    @property
    def opposite(self) -> "Op":
        """The comparison that holds exactly where this one does not."""
        return _OPPOSITES[self]


_OPPOSITES = {Op.GE: Op.LT, Op.LT: Op.GE, Op.GT: Op.LE, Op.LE: Op.GT, Op.EQ: Op.NE, Op.NE: Op.EQ}


class StreakUnit(StrEnum):
    """What must be kept in a row."""

    DAY = "day"
    WEEK = "week"


class Hidden(StrEnum):
    """What a player who has not earned an achievement may know of it."""

    NO = "no"
    CRITERIA = "criteria"  # name and description shown, conditions and progress not
    NAME = "name"  # description shown as a hint, name not
    FULL = "full"  # not listed at all


class RuleState(StrEnum):
    """Life of a rule: written, judged, no longer judged."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


class UnlockState(StrEnum):
    """An unlock is never taken away silently; a correction may put it in doubt."""

    GRANTED = "granted"
    DISPUTED = "disputed"


class Family(StrEnum):
    """The shelf on which a badge stands."""

    RHYTHM = "rhythm"
    PEOPLE = "people"
    FINDS = "finds"
    CRAFT = "craft"
    PLAY = "play"
    WORLD = "world"
    CARE = "care"


class Shape(StrEnum):
    """Outline of a drawn badge; the web app draws them (features/achievements/art/shapes.ts)."""

    BULB = "bulb"
    OMEGA = "omega"
    KEYHOLE = "keyhole"
    CIRCLE = "circle"
    SHIELD = "shield"
    CRYSTAL = "crystal"
    BOOK = "book"
    LANTERN = "lantern"
    FLAME = "flame"
    HEXAGON = "hexagon"
    ROSETTE = "rosette"
    EGG = "egg"
    BANNER = "banner"
    GEM = "gem"
    ARCH = "arch"
    LIGHTHOUSE = "lighthouse"
    TOWER = "tower"
    LEAF = "leaf"
    DROP = "drop"
    BURST = "burst"
    HOUSE = "house"


class WindowKind(StrEnum):
    """Spans of time in which a metric is counted."""

    ALL = "all"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    SESSION = "session"
    SPAN = "span"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalText:
    """One text in both languages of the product."""

    ru: str
    en: str

    def say(self, locale: str) -> str:
        """Give the text in `locale`; anything but `ru` reads English."""
        return self.ru if locale == "ru" else self.en

    def as_dict(self) -> dict[str, str]:
        """Both languages, as they travel on the wire."""
        return {"ru": self.ru, "en": self.en}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A kind of counting window. Rolling ones own no rows: they are folded from days."""

    kind: WindowKind
    days: int = 0
    season: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        match self.kind:
            case WindowKind.ROLLING:
                return f"rolling:{self.days}"
            case WindowKind.SEASON:
                return f"season:{self.season}"
            case WindowKind.SPAN:
                return f"span:{_stamp(self.since)}/{_stamp(self.until)}"
            case _:
                return str(self.kind)

    @property
    def stored(self) -> "Window":
        """The window whose counter rows this one reads."""
        return DAY if self.kind is WindowKind.ROLLING else self

    def keys(
        self, *, at: datetime, label: date, session: str | None = None, seasons: frozenset[str] = frozenset()
    ) -> Iterator[str]:
        """Name the counter rows to which an event belongs.

        `at` is the instant at which it counts, `label` its day by the player's clock, `session` the
        game's session id, `seasons` the seasons in force at `at`.
        """
        match self.kind:
            case WindowKind.ALL:
                yield "all"
            case WindowKind.DAY | WindowKind.ROLLING:
                yield day_key(label)
            case WindowKind.WEEK:
                yield week_key(label)
            case WindowKind.MONTH:
                yield month_key(label)
            case WindowKind.SEASON:
                if self.season in seasons:
                    yield str(self)
            case WindowKind.SESSION:
                if session:
                    yield f"session:{session}"
            case WindowKind.SPAN:
                if (self.since is None or self.since <= at) and (self.until is None or at < self.until):
                    yield str(self)


ALL = Window(kind=WindowKind.ALL)
DAY = Window(kind=WindowKind.DAY)
WEEK = Window(kind=WindowKind.WEEK)
MONTH = Window(kind=WindowKind.MONTH)
SESSION = Window(kind=WindowKind.SESSION)


def day_key(label: date) -> str:
    """Counter window of one day, `day:2026-11-21`."""
    return f"day:{label.isoformat()}"


def week_key(label: date) -> str:
    """Counter window of the ISO week that holds the day, `week:2026-W47`."""
    year, week, _ = label.isocalendar()
    return f"week:{year:04d}-W{week:02d}"


def month_key(label: date) -> str:
    """Counter window of the month that holds the day, `month:2026-11`."""
    return f"month:{label:%Y-%m}"


def monday(label: date) -> date:
    """First day of the ISO week that holds the day."""
    return label - timedelta(days=label.weekday())


def class_of(key: str) -> str:
    """The kind of window a counter row belongs to: `day:2026-11-21` → `day`, spans and seasons keep their name."""
    head = key.partition(":")[0]
    return head if head in ("day", "week", "month", "session") else key


def _stamp(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if moment else ""
