"""Our letters in words: short, warm, one link at most."""

from html import escape

from omenigen.kit.mail import Letter
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import Locale, Texts
from omenigen.modules.accounts.types import LetterKind

_PAGE = (
    '<!doctype html><html lang="{locale}"><body style="margin:0;padding:24px;background:#f6f4ef;color:#24262b;'
    'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif"><div style="max-width:480px;margin:0 auto;'
    'padding:24px;background:#fffdf9;border-radius:12px">{body}<p style="color:#6b6f76;font-size:13px">{sign}</p>'
    "</div></body></html>"
)
_BUTTON = (
    '<p><a href="{link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#0e6b57;'
    'color:#ffffff;text-decoration:none">{words}</a></p><p style="color:#6b6f76;font-size:13px;word-break:break-all">'
    "{link}</p>"
)
_PATHS = {
    LetterKind.CONFIRM: "/confirm?token={token}",
    LetterKind.RESET: "/reset?token={token}",
    LetterKind.EMAIL_NEW: "/email?token={token}",
    LetterKind.ALREADY: "/sign-in",
    LetterKind.NAME_TAKEN: "/sign-up",
    LetterKind.PASSWORD_CHANGED: "/forgot",
    LetterKind.EMAIL_OLD: "/forgot",
    LetterKind.STOLEN: "/me/sessions",
}


class LetterWords:
    """Write a letter of a kind in somebody's language."""

    def __init__(self, texts: Texts, settings: HttpSettings) -> None:
        self._texts = texts
        self._address = settings.address

    def write(self, kind: LetterKind, *, to: str, locale: Locale, token: str = "", **params: str) -> Letter:
        """Return the letter; `params` are what its text names."""

        def say(part: str, **values: str) -> str:
            return self._texts.say(locale, f"letters.{part}", **values)

        path = _PATHS.get(kind)
        link = self._address + path.format(token=token) if path else None
        before = say(f"{kind.value}.before", **params).strip()
        after = say(f"{kind.value}.after", **params).strip()
        plain = [before, link, after, "-- \n" + say("sign")]
        shown = [
            _paragraphs(say(f"{kind.value}.before", **{name: escape(value) for name, value in params.items()})),
            _BUTTON.format(link=escape(link), words=escape(say(f"{kind.value}.button"))) if link else "",
            _paragraphs(after),
        ]
        return Letter(
            to=to,
            subject=say(f"{kind.value}.subject", **params),
            text="\n\n".join(part for part in plain if part) + "\n",
            html=_PAGE.format(locale=locale.value, body="".join(shown), sign=escape(say("sign"))),
        )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{part.strip()}</p>" for part in text.split("\n\n") if part.strip())
