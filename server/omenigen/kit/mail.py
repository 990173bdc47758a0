"""Letters: written in the transaction that needs them, carried by the worker.

A request never waits for a mail server. With SMTP_URL letters go out over SMTP; without it each becomes an `.eml`
file in the data folder's `mailbox/`, and its link is printed in the log.
"""

import asyncio
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import structlog
from prometheus_client import Counter
from sqlalchemy import Index, Text, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.clock import Clock
from omenigen.kit.db import Base, Database, Id, Moment
from omenigen.kit.settings import DataSettings, MailSettings

log = structlog.get_logger(__name__)

LETTERS = Counter("mail_letters_total", "Letters by how they ended", ["outcome"])

BACKOFF = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
"""Seconds to wait after each failed try; about a day in all, then the letter is given up."""

PATIENCE = 15.0
"""Seconds that a mail server has for one letter, below the database's limit for an idle transaction."""

_AT_ONCE = 5
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter ready to go: both forms say the same."""

    to: str
    subject: str
    text: str
    html: str


class MailAway(Exception):
    """The letter could not be handed over now; try again later."""


class LetterRefused(Exception):
    """The receiving server will never take this letter: no such mailbox."""


class LetterRow(Base):
    """A letter on its way. Delivered ones are deleted: they hold links that open doors."""

    __tablename__ = "kit_letters"
    __table_args__ = (Index(None, "due_at"),)

    id: Mapped[Id]
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    due_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0)


class LetterBox:
    """Drop letters in; they leave when the unit of work commits."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def drop(self, letter: Letter) -> None:
        """Write a letter into the running transaction."""
        now = self._clock.now()
        self._session.add(
            LetterRow(
                recipient=letter.to,
                subject=letter.subject,
                body_text=letter.text,
                body_html=letter.html,
                made_at=now,
                due_at=now,
                tries=0,
            )
        )

    def drop_blank(self) -> None:
        """Write a letter to nobody: a transaction that tells nobody anything then costs as much as one that does."""
        self.drop(Letter(to="", subject="", text="", html=""))

    async def forget(self, address: str) -> None:
        """Throw away what still lies here for an address."""
        await self._session.execute(delete(LetterRow).where(LetterRow.recipient == address))


class Mailer:
    """Hand one letter over: to a mail server, or into the mailbox folder."""

    def __init__(self, settings: MailSettings, data: DataSettings, clock: Clock) -> None:
        self._url = settings.smtp_url
        self._sender = settings.sender
        self._mailbox = data.folder / "mailbox"
        self._clock = clock

    async def send(self, letter: Letter, *, number: int = 0) -> None:
        """Deliver a letter. `number` makes its Message-ID, so that a repeat after a crash is known as one.

        Raises `MailAway` when it may go better later, `LetterRefused` when it never will.
        """
        if self._url:
            await self._hand_over(letter, number)
        else:
            await asyncio.to_thread(self._keep, letter, number)

    def _message(self, letter: Letter, number: int, *, readable: bool) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._clock.now())
        domain = parseaddr(self._sender)[1].rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<letter-{number}-{int(self._clock.now().timestamp())}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        # A file is read by people and scripts, so its letters stay letters; on the wire 7-bit is the safe way.
        encoding = "8bit" if readable else "quoted-printable"
        message.set_content(letter.text, cte=encoding)
        message.add_alternative(letter.html, subtype="html", cte=encoding)
        return message

    async def _hand_over(self, letter: Letter, number: int) -> None:
        address = urlsplit(self._url)
        options = parse_qs(address.query)
        tls = address.scheme == "smtps"
        start_tls = None if address.scheme == "smtp" else address.scheme == "smtp+starttls"
        if options.get("tls") == ["off"]:
            start_tls = False
        try:
            await aiosmtplib.send(
                self._message(letter, number, readable=False),
                hostname=address.hostname or "localhost",
                port=address.port or _PORTS.get(address.scheme, 25),
                username=unquote(address.username) if address.username else None,
                password=unquote(address.password) if address.password else None,
                use_tls=tls,
                start_tls=start_tls,
                tls_context=_tls(verify=options.get("verify") != ["off"]) if tls or start_tls is not False else None,
                timeout=PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(one.code >= 500 for one in error.recipients):
                raise LetterRefused(str(error)) from error
            raise MailAway(str(error)) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailAway(f"{type(error).__name__}: {error}") from error

    def _keep(self, letter: Letter, number: int) -> None:
        self._mailbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{self._clock.now():%Y%m%dT%H%M%S}-{number:06d}.eml"
        unfinished = self._mailbox / f".{name}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._message(letter, number, readable=True).as_bytes())
        unfinished.rename(self._mailbox / name)
        log.info("letter kept", to=letter.to, subject=letter.subject, file=name, link=link_in(letter.html))


class Postman:
    """Carry letters from the table to their recipients, at least once each, several postmen side by side."""

    def __init__(self, database: Database, mailer: Mailer, clock: Clock) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock

    async def run(self, *, every: float = 0.4) -> None:
        """Carry until cancelled. Failures of the database are the caller's to wait out."""
        while True:
            if await self.carry() < _AT_ONCE:
                await asyncio.sleep(every)

    async def carry(self) -> int:
        """Deliver the next few due letters; return how many there were."""
        async with self._database.sessions() as session:
            due = select(LetterRow).where(LetterRow.due_at <= self._clock.now()).order_by(LetterRow.due_at)
            rows = (await session.scalars(due.limit(_AT_ONCE).with_for_update(skip_locked=True))).all()
            verdicts = await asyncio.gather(*(self._deliver(row) for row in rows))
            for row, keep in zip(rows, verdicts, strict=True):
                if not keep:
                    await session.delete(row)
            await session.commit()
            return len(rows)

    async def waiting(self) -> tuple[int, datetime | None]:
        """Count the letters that were tried in vain so far, and tell when the oldest of them was written."""
        async with self._database.reads.connect() as db:
            asked = select(func.count(), func.min(LetterRow.made_at)).where(LetterRow.tries > 0)
            count, oldest = (await db.execute(asked)).one()
            return count, oldest

    async def _deliver(self, row: LetterRow) -> bool:
        """Try one letter; return whether it stays for another try."""
        try:
            if row.recipient:
                letter = Letter(to=row.recipient, subject=row.subject, text=row.body_text, html=row.body_html)
                await self._mailer.send(letter, number=row.id)
                LETTERS.labels("sent").inc()
        except MailAway as error:
            if row.tries < len(BACKOFF):
                log.warning("a letter waits", letter=row.id, tries=row.tries + 1, error=str(error))
                row.due_at = self._clock.now() + timedelta(seconds=BACKOFF[row.tries])
                row.tries += 1
                LETTERS.labels("retry").inc()
                return True
            log.error("a letter was given up", letter=row.id, error=str(error))
            LETTERS.labels("given_up").inc()
        except LetterRefused as error:
            log.warning("a letter was refused", letter=row.id, error=str(error))
            LETTERS.labels("refused").inc()
        return False


def link_in(html: str) -> str | None:
    """Return the first link of a letter."""
    finder = _Links()
    finder.feed(html)
    return finder.found[0] if finder.found else None


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:  # the operator says so in SMTP_URL: a relay on their own network with its own certificate
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
