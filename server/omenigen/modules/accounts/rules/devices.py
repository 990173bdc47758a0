"""What a User-Agent says in words that a person knows."""

import re

DEVICE_MAX = 80

_BROWSERS = (
    ("YaBrowser/", "Yandex Browser"),
    ("EdgA?/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/|Firefox/", "Firefox"),
    ("CriOS/|Chrome/|Chromium/", "Chrome"),
    ("Version/.*Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-httpx/|Python/|python-requests/", "Python"),
    ("okhttp/", "Android app"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str | None, named: str | None = None) -> str:
    """Return the name of a device: as its owner calls it, else browser and system, else a dash."""
    if named is not None and (clean := _clean(named)):
        return clean
    agent = user_agent or ""
    known = [word for table in (_BROWSERS, _SYSTEMS) for word in _first(table, agent)]
    return " · ".join(known) or _clean(agent.split("/")[0]) or "—"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> list[str]:
    return next(([word] for pattern, word in table if re.search(pattern, agent)), [])


def _clean(text: str) -> str:
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:DEVICE_MAX]
