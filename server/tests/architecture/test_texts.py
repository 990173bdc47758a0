"""Every refusal that can be said is written in both languages."""

import string

import pytest

import omenigen.main.routers  # noqa: F401 # imports every module, so that its refusals exist
from omenigen.kit.errors import Refusal, every_refusal
from omenigen.kit.settings import DataSettings
from omenigen.kit.texts import Locale, Texts

TEXTS = Texts.load(DataSettings().content / "texts")


@pytest.mark.parametrize("locale", Locale)
def test_every_refusal_has_a_text(locale: Locale) -> None:
    missing = [kind.code for kind in every_refusal() if not TEXTS.has(locale, f"errors.{kind.code}")]
    assert missing == []


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS.keys(Locale.RU) == TEXTS.keys(Locale.EN)


def test_both_languages_name_the_same_values() -> None:
    def values(locale: Locale, key: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(TEXTS.say(locale, key)) if name}

    different = [key for key in TEXTS.keys(Locale.RU) if values(Locale.RU, key) != values(Locale.EN, key)]
    assert different == []


def test_codes_are_stable_words() -> None:
    codes = [kind.code for kind in every_refusal() if kind is not Refusal]
    assert all(code.count(".") == 1 and code.replace(".", "").replace("_", "").isalnum() for code in codes)
