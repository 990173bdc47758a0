"""Our letters in words: short, warm, one link at most."""

from html import escape

from omenigen.kit.mail import Letter
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import Locale, Texts
from omenigen.modules.accounts.types import LetterKind

# Mail readers know little CSS, so every rule stands on its element; only the dark theme needs a sheet of its own.
_PAGE = """<!doctype html>
<html lang="{locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{subject}</title><style>
@media (prefers-color-scheme: dark) {{
.paper {{ background: #121419 !important; color: #eceef2 !important }}
.card {{ background: #1a1d24 !important; border-color: #2c313c !important }}
.quiet {{ color: #a5abb8 !important }} .mark {{ color: #74dcc3 !important }}
.button {{ background: #74dcc3 !important; color: #06231d !important }} }}
</style></head>
<body class="paper" style="margin:0;padding:32px 16px;background:#f7f3ec;color:#231f2c;
font:16px/1.5 -apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif">
<div style="display:none;max-height:0;overflow:hidden">{preview}</div>
<div style="max-width:480px;margin:0 auto">
<p style="margin:0 0 16px 4px;font-size:18px;font-weight:700">
<span class="mark" style="color:#0b6e5f">Ω</span>menigen</p>
<div class="card" style="padding:24px 24px 12px;background:#fffdf9;border:1px solid #ddd5c8;border-radius:12px">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">{subject}</h1>
{body}</div>
<p class="quiet" style="margin:16px 4px 0;color:#5d5766;font-size:13px">{sign}</p>
</div></body></html>
"""
_BUTTON = (
    '<p style="margin:24px 0"><a class="button" href="{link}" style="display:inline-block;padding:13px 24px;'
    'border-radius:8px;background:#0b6e5f;color:#ffffff;font-weight:700;text-decoration:none">{words}</a></p>'
)
_LINK = (
    '<p class="quiet" style="margin:0 0 12px;color:#5d5766;font-size:13px">{words}<br>'
    '<span style="word-break:break-all">{link}</span></p>'
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
        subject = say(f"{kind.value}.subject", **params)
        before = say(f"{kind.value}.before", **params).strip()
        after = say(f"{kind.value}.after", **params).strip()
        plain = [before, link, after, "-- \n" + say("sign")]
        shown = [
            _paragraphs(before),
            _BUTTON.format(link=escape(link), words=escape(say(f"{kind.value}.button"))) if link else "",
            _paragraphs(after),
            _LINK.format(link=escape(link), words=escape(say("link"))) if link else "",
        ]
        return Letter(
            to=to,
            subject=subject,
            text="\n\n".join(part for part in plain if part) + "\n",
            html=_PAGE.format(
                locale=locale.value,
                subject=escape(subject),
                # What the list of letters shows beside the subject: what it is about, not the greeting.
                preview=escape(before.split("\n\n")[-1]),
                body="".join(shown),
                sign=escape(say("sign")),
            ),
        )


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in text.split("\n\n"))
    return "".join(f'<p style="margin:0 0 12px">{escape(part)}</p>' for part in parts if part)
