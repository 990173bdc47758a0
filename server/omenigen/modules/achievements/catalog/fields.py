"""Read single values of a pack: codes, texts, numbers, spans of time, windows."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from omenigen.modules.achievements.catalog.lines import Lined
from omenigen.modules.achievements.catalog.problems import Problems
from omenigen.modules.achievements.types import ALL, DAY, MONTH, SESSION, WEEK, LocalText, Window, WindowKind

CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")
TYPE_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
VALUE = re.compile(r".{1,64}", re.DOTALL)
DURATION = re.compile(r"(\d{1,6})(s|m|h|d)")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ROLLING = re.compile(r"(\d{1,3})d")
PLAIN_WINDOWS = {"all": ALL, "day": DAY, "week": WEEK, "month": MONTH, "session": SESSION}

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """Take the fields of one mapping; what is wrong is noted, what is unknown is refused at `done`."""

    def __init__(self, body: Lined, problems: Problems) -> None:
        self.body = body
        self.problems = problems
        self._taken: set[str] = set()

    def wrong(self, key: str, reason: str, **params: Any) -> None:  # Any: values of a text
        """Note a problem on the line of `key`."""
        self.problems.add(reason, line=self.body.line_of(key), **params)

    def raw(self, key: str) -> Any:  # Any: whatever the author wrote
        """Take a field as it stands, None where it is missing."""
        self._taken.add(key)
        return self.body.get(key)

    def code(self, key: str) -> str:
        """Take a code such as `explorer`."""
        value = self.raw(key)
        if isinstance(value, str) and CODE.fullmatch(value):
            return value
        self.wrong(key, "bad_code" if key in self.body else "missing", field=key)
        return "?"

    def codes(self, key: str, form: re.Pattern[str] = CODE) -> tuple[str, ...]:
        """Take a list of codes, empty where it is missing."""
        value = self.raw(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(one, str) and form.fullmatch(one) for one in value):
            return tuple(value)
        self.wrong(key, "bad_list", field=key)
        return ()

    def text(self, key: str, *, most: int) -> LocalText:
        """Take a text in both languages, each 1…`most` characters."""
        value = self.raw(key)
        if isinstance(value, dict) and set(value) == {"ru", "en"}:
            ru, en = value["ru"], value["en"]
            if all(isinstance(one, str) and 0 < len(one.strip()) <= most for one in (ru, en)):
                return LocalText(ru=ru.strip(), en=en.strip())
        self.wrong(key, "bad_text" if key in self.body else "missing", field=key, most=most)
        return LocalText(ru="?", en="?")

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """Take a whole number between two bounds."""
        value = self.raw(key)
        if value is None and key not in self.body and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(key, "bad_number" if key in self.body else "missing", field=key, least=least, most=most)
        return default if default is not None else least

    def number(self, key: str) -> float | None:
        """Take a finite number, None where it is missing."""
        value = self.raw(key)
        if key not in self.body:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2**53:
            return value
        self.wrong(key, "bad_number", field=key, least=-(2**53), most=2**53)
        return None

    def flag(self, key: str) -> bool:
        """Take true or false, false where it is missing."""
        value = self.raw(key)
        if (value in (None, True, False) and not isinstance(value, int | float)) or isinstance(value, bool):
            return bool(value)
        self.wrong(key, "bad_flag", field=key)
        return False

    def choice(self, key: str, kind: type[Choice], default: Choice | None) -> Choice:
        """Take one of the words of `kind`."""
        value = self.raw(key)
        words = [one.value for one in kind]
        if value in words:
            return kind(value)
        if value is None and key not in self.body and default is not None:
            return default
        self.wrong(key, "bad_choice" if key in self.body else "missing", field=key, words=", ".join(words))
        return default if default is not None else next(iter(kind))

    def moment(self, key: str) -> datetime | None:
        """Take an instant: a date means its midnight in UTC."""
        value = self.raw(key)
        if value is None:
            return None
        try:
            if isinstance(value, datetime):
                found = value
            elif isinstance(value, date):
                found = datetime(value.year, value.month, value.day, tzinfo=UTC)
            else:
                found = datetime.fromisoformat(value)
        except (ValueError, TypeError):
            self.wrong(key, "bad_moment", field=key)
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def duration(self, key: str) -> timedelta | None:
        """Take a span such as `10m`, `2h` or `1d`; None where it is missing."""
        value = self.raw(key)
        if key not in self.body:
            return None
        found = DURATION.fullmatch(value) if isinstance(value, str) else None
        if found:
            return timedelta(seconds=int(found[1]) * UNITS[found[2]])
        self.wrong(key, "bad_duration", field=key)
        return None

    def window(self, key: str) -> Window:
        """Take a window: `all`, `day`, `week`, `month`, `session`, `7d` (rolling) or `season:<code>`."""
        value = self.raw(key)
        if value is None and key not in self.body:
            return ALL
        if isinstance(value, str):
            if value in PLAIN_WINDOWS:
                return PLAIN_WINDOWS[value]
            rolling = ROLLING.fullmatch(value)
            if rolling and 2 <= int(rolling[1]) <= 366:
                return Window(kind=WindowKind.ROLLING, days=int(rolling[1]))
            head, _, season = value.partition(":")
            if head == "season" and CODE.fullmatch(season):
                return Window(kind=WindowKind.SEASON, season=season)
        self.wrong(key, "bad_window", field=key)
        return ALL

    def done(self, *, also: Iterable[str] = ()) -> None:
        """Refuse the fields that nobody took."""
        for key in self.body:
            if key not in self._taken and key not in also:
                self.wrong(key, "unknown_field", field=key)
