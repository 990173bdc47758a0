"""Letters: into files without a mail server, over SMTP with one, never lost in between."""

import asyncio
import email
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from dishka import AsyncContainer
from sqlalchemy import select

from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.edge import unit_of_work
from omenigen.kit.mail import BACKOFF, Letter, LetterBox, LetterRefused, LetterRow, MailAway, Mailer, Postman, link_in
from omenigen.kit.settings import DataSettings, MailSettings
from omenigen.main.schedule import WORKER_LOOPS
from omenigen.main.settings import Settings

LETTER = Letter(
    to="vera@example.com",
    subject="Подтверди почту",
    text="Здравствуйте, Вера.\n\nhttp://localhost:8000/confirm?token=abc-DEF_1=\n",
    html='<p>Здравствуйте, Вера.</p><a href="http://localhost:8000/confirm?token=abc-DEF_1=">Подтвердить</a>',
)


@dataclass
class Inbox:
    """What a real mail server has taken, and how it behaves."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    busy: int = 0
    """How many more times to answer "try again later"."""

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        if self.busy:
            self.busy -= 1
            return "451 4.3.0 try again later"
        letter = email.message_from_bytes(bytes(envelope.content or b""), policy=default)
        assert isinstance(letter, EmailMessage)
        self.taken.append(letter)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@asynccontextmanager
async def serving(inbox: Inbox, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """Run a mail server; give its port. `tls` from the first byte, `tls_context` by STARTTLS."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="mail.example.com", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def port(inbox: Inbox) -> AsyncIterator[int]:
    """The port of a mail server without TLS, as on one's own network."""
    async with serving(inbox) as port:
        yield port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's side of TLS with a certificate of its own making."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def mailer(url: str, clock: ManualClock, folder: Path = Path("/nonexistent")) -> Mailer:
    """A mailer with a server's address (or none)."""
    settings = MailSettings(SMTP_URL=url, MAIL_FROM="Ωmenigen <house@example.org>")
    return Mailer(settings, DataSettings(DATA=folder), clock)


# ── one letter ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_server_a_letter_is_a_file_that_people_and_scripts_can_read(
    clock: ManualClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await mailer("", clock, tmp_path).send(LETTER, number=7)
    (file,) = (tmp_path / "mailbox").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    raw = file.read_text(encoding="utf-8")
    assert "token=abc-DEF_1=\n" in raw.replace("\r\n", "\n")  # not quoted, not broken into lines
    letter = email.message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(letter, EmailMessage)
    assert (letter["To"], letter["Subject"]) == (LETTER.to, LETTER.subject)
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text


async def test_a_letter_over_smtp(port: int, inbox: Inbox, clock: ManualClock) -> None:
    await mailer(f"smtp://127.0.0.1:{port}", clock).send(LETTER, number=7)
    (letter,) = inbox.taken
    assert inbox.recipients == [LETTER.to]
    assert (letter["Subject"], letter["From"]) == (LETTER.subject, "Ωmenigen <house@example.org>")
    assert letter["Message-ID"] == f"<letter-7-{int(clock.now().timestamp())}@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    assert "token=abc-DEF_1=" in plain.get_content()
    assert link_in(html.get_content()) == "http://localhost:8000/confirm?token=abc-DEF_1="


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls", "smtp"])
async def test_a_letter_over_tls(scheme: str, inbox: Inbox, certificate: ssl.SSLContext, clock: ManualClock) -> None:
    by_command = {"tls_context": certificate, "require_starttls": True}
    options: dict[str, Any] = {"tls": certificate} if scheme == "smtps" else by_command
    async with serving(inbox, **options) as port:
        with pytest.raises(MailAway, match=r"(?i)certificate"):  # nobody vouches for it, so it is not trusted
            await mailer(f"{scheme}://localhost:{port}", clock).send(LETTER)
        await mailer(f"{scheme}://localhost:{port}?verify=off", clock).send(LETTER)
    assert len(inbox.taken) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the tests' server says what it is
@pytest.mark.parametrize(("user", "accepted"), [("vera:s%40fe", True), ("vera:wrong", False)])
async def test_signing_in_to_the_mail_server(user: str, accepted: bool, inbox: Inbox, clock: ManualClock) -> None:
    def check(_: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(login=b"vera", password=b"s@fe"))

    async with serving(inbox, authenticator=check, auth_required=True, auth_require_tls=False) as port:
        sender = mailer(f"smtp://{user}@127.0.0.1:{port}", clock)
        if accepted:
            await sender.send(LETTER)
        else:  # an operator's mistake, mended some day: the letter waits
            with pytest.raises(MailAway):
                await sender.send(LETTER)
    assert len(inbox.taken) == accepted


async def test_a_mailbox_that_is_not_there_is_refused_for_good(port: int, clock: ManualClock) -> None:
    with pytest.raises(LetterRefused):
        await mailer(f"smtp://127.0.0.1:{port}", clock).send(replace(LETTER, to="nobody@example.com"))


async def test_a_server_that_is_away(clock: ManualClock) -> None:
    with pytest.raises(MailAway):
        await mailer("smtp://127.0.0.1:9", clock).send(LETTER)


async def test_a_line_break_in_an_address_is_no_second_header(clock: ManualClock, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        await mailer("", clock, tmp_path).send(replace(LETTER, to="a@example.com\nBcc: b@example.com"))


# ── the table, the postman ─────────────────────────────────────────────────────────────────────────────────────────


async def drop(container: AsyncContainer, *letters: Letter) -> None:
    """Write letters in one unit of work."""
    async with unit_of_work(container) as scope:
        box = await scope.get(LetterBox)
        for letter in letters:
            box.drop(letter)


async def rows(container: AsyncContainer) -> list[LetterRow]:
    """Return what lies in the table."""
    async with (await container.get(Database)).sessions() as db:
        return list(await db.scalars(select(LetterRow).order_by(LetterRow.id)))


async def test_a_letter_leaves_only_with_its_unit_of_work(container: AsyncContainer, settings: Settings) -> None:
    postman = await container.get(Postman)
    with pytest.raises(RuntimeError):
        async with unit_of_work(container) as scope:
            (await scope.get(LetterBox)).drop(LETTER)
            raise RuntimeError("something went wrong later")
    assert await postman.carry() == 0
    await drop(container, LETTER)
    assert await postman.carry() == 1
    assert await postman.carry() == 0
    assert len(list((settings.data.folder / "mailbox").glob("*.eml"))) == 1
    assert await rows(container) == []  # a delivered letter leaves no link behind


async def test_a_blank_letter_goes_nowhere(container: AsyncContainer, settings: Settings) -> None:
    async with unit_of_work(container) as scope:
        (await scope.get(LetterBox)).drop_blank()
    assert await (await container.get(Postman)).carry() == 1
    assert await rows(container) == []
    assert not (settings.data.folder / "mailbox").exists()


async def test_two_postmen_never_carry_the_same_letter(
    container: AsyncContainer, port: int, inbox: Inbox, clock: ManualClock
) -> None:
    await drop(container, *(replace(LETTER, to=f"vera{n}@example.com") for n in range(20)))
    database, sender = await container.get(Database), mailer(f"smtp://127.0.0.1:{port}", clock)
    postmen = [Postman(database, sender, clock) for _ in range(3)]
    while await rows(container):
        await asyncio.gather(*(postman.carry() for postman in postmen))
    assert sorted(inbox.recipients) == sorted(f"vera{n}@example.com" for n in range(20))


async def test_a_busy_server_gets_the_letter_later_and_once(
    container: AsyncContainer, port: int, inbox: Inbox, clock: ManualClock
) -> None:
    inbox.busy = 2
    postman = Postman(await container.get(Database), mailer(f"smtp://127.0.0.1:{port}", clock), clock)
    await drop(container, LETTER)
    assert await postman.carry() == 1
    assert await postman.carry() == 0  # not before its time
    clock.advance(BACKOFF[0])
    assert await postman.carry() == 1
    assert (await postman.waiting())[0] == 1
    clock.advance(BACKOFF[1])
    assert await postman.carry() == 1
    assert (len(inbox.taken), await rows(container), (await postman.waiting())[0]) == (1, [], 0)


async def test_a_letter_is_given_up_after_a_day(container: AsyncContainer, clock: ManualClock) -> None:
    postman = Postman(await container.get(Database), mailer("smtp://127.0.0.1:9", clock), clock)
    await drop(container, LETTER)
    started = clock.now()
    while await rows(container):
        await postman.carry()
        clock.advance(300)
    assert 20 * 3600 < (clock.now() - started).total_seconds() < 30 * 3600


async def test_one_refused_letter_does_not_hold_up_the_others(
    container: AsyncContainer, port: int, inbox: Inbox, clock: ManualClock
) -> None:
    await drop(container, replace(LETTER, to="nobody@example.com"), LETTER)
    postman = Postman(await container.get(Database), mailer(f"smtp://127.0.0.1:{port}", clock), clock)
    assert await postman.carry() == 2
    assert inbox.recipients == [LETTER.to]
    assert await rows(container) == []


async def test_the_worker_keeps_a_letter_within_a_second(container: AsyncContainer, settings: Settings) -> None:
    (loop,) = [loop for loop in WORKER_LOOPS if loop.name == "postman"]
    task = asyncio.create_task(loop.run(container))  # type: ignore[arg-type] # a loop is a coroutine function
    try:
        await asyncio.sleep(0.1)
        await drop(container, LETTER)
        async with asyncio.timeout(1):
            while not list((settings.data.folder / "mailbox").glob("*.eml")):
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
