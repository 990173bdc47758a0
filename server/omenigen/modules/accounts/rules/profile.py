"""What a person may say about themselves."""

import unicodedata
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from omenigen.modules.accounts.errors import TextInvalid, TimeZoneUnknown

DISPLAY_NAME_MAX = 64
ABOUT_MAX = 500

_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200d\ufe0f")  # they hold emoji together; between letters they hide


def decide_display_name(text: str) -> str:
    """Return a display name cleaned: NFC, single spaces. Raises `TextInvalid`."""
    name = " ".join(_honest(text, field="display_name", keep="").split())
    if len(name) > DISPLAY_NAME_MAX:
        raise TextInvalid(field="display_name", max=DISPLAY_NAME_MAX)
    return name


def decide_about(text: str) -> str:
    """Return an "about me" cleaned: NFC, lines kept. Raises `TextInvalid`."""
    about = _honest(text.replace("\r\n", "\n"), field="about", keep="\n").strip()
    if len(about) > ABOUT_MAX:
        raise TextInvalid(field="about", max=ABOUT_MAX)
    return about


def ensure_time_zone(name: str) -> str:
    """Return the name of an IANA time zone. Raises `TimeZoneUnknown`."""
    if name not in _zones():
        raise TimeZoneUnknown(time_zone=name[:64])
    return name


def is_new_day(*, last: datetime | None, now: datetime, zone: str) -> bool:
    """Tell whether `now` is on a later day than `last` where the person lives."""
    if last is None:
        return True
    place = ZoneInfo(zone)
    return now.astimezone(place).date() > last.astimezone(place).date()


def _honest(text: str, *, field: str, keep: str) -> str:
    """Refuse what turns the writing around or cannot be seen: it makes one name look like another."""
    normal = unicodedata.normalize("NFC", text)
    for place, char in enumerate(normal):
        if char in keep or unicodedata.category(char) not in _UNSEEN:
            continue
        if char in _JOINERS and place and not normal[place - 1].isalnum():
            continue
        raise TextInvalid(field=field, char=f"U+{ord(char):04X}")
    return normal


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})
