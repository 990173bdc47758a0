"""Texts in the reader's language, loaded from `content/texts/<locale>/*.yaml`."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import yaml


class Locale(StrEnum):
    """A language that everything we say is written in."""

    RU = "ru"
    EN = "en"


DEFAULT_LOCALE = Locale.EN


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C where libyaml is there: ten times as quick."""


class TextsBroken(Exception):
    """A text file cannot be used; the message names the file and the reason."""


class Texts:
    """Say a text by its key in one of our languages."""

    def __init__(self, by_locale: Mapping[Locale, Mapping[str, str]]) -> None:
        self._by_locale = by_locale

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every file below `folder/<locale>`; raise `TextsBroken` for a double or non-text entry."""
        return cls({locale: _read(folder / locale.value) for locale in Locale})

    def say(self, locale: Locale, key: str, /, **params: Any) -> str:  # Any: whatever the template names
        """Return the text with `params` filled in; the key itself where nothing is written."""
        template = self._by_locale[locale].get(key) or self._by_locale[DEFAULT_LOCALE].get(key)
        if template is None:
            return key
        return template.format_map(_Blanks(params))

    def has(self, locale: Locale, key: str) -> bool:
        """Tell whether `key` is written in `locale`."""
        return key in self._by_locale[locale]

    def keys(self, locale: Locale) -> frozenset[str]:
        """List all keys that are written in `locale`."""
        return frozenset(self._by_locale[locale])


class _Blanks(dict[str, Any]):
    """A missing value shows as its own name: a text must never be the thing that fails."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _read(folder: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 # a safe loader, see above
        for key, text in (entries or {}).items():
            if not isinstance(text, str):
                raise TextsBroken(f"{path}: {key} is not a text")
            if key in texts:
                raise TextsBroken(f"{path}: {key} is written twice")
            texts[key] = text
    return texts


def choose_locale(accept_language: str | None) -> Locale:
    """Pick the language for somebody whom we do not know.

    A program that asks for none gets the language of the founding API, Russian; browsers always ask.
    """
    if not accept_language:
        return Locale.RU
    return asked_locale(accept_language) or DEFAULT_LOCALE


def asked_locale(accept_language: str | None) -> Locale | None:
    """Return our best language of those that `Accept-Language` names (RFC 9110 §12.5.4), None where it names neither.

    `*` names nothing: it is what programs send that do not care.
    """
    best, best_weight = None, 0.0
    for part in (accept_language or "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            value = float(weight or "1")
        except ValueError:
            continue
        for locale in Locale:
            if tag.lower().split("-")[0] == locale.value and value > best_weight:
                best, best_weight = locale, value
    return best
