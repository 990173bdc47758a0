"""How commands speak: results on standard output, progress and trouble on standard error."""

import os

from rich.console import Console

from omenigen.kit.errors import Refusal
from omenigen.kit.settings import DataSettings
from omenigen.kit.texts import Locale, Texts

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class CommandFailed(Exception):
    """A command cannot do what was asked; the message is one sentence for the person at the terminal."""


def progress(line: str) -> None:
    """Say what is being done."""
    err.print(f"[cyan]→[/] {line}")


def locale() -> Locale:
    """The language of the terminal, for the sentences that exist in both."""
    words = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Locale.RU if words.startswith("ru") else Locale.EN


def sentence(refusal: Refusal) -> str:
    """What a refusal says, in the language of the terminal."""
    texts = Texts.load(DataSettings().content / "texts")
    return texts.say(locale(), f"errors.{refusal.code}", **refusal.params)
