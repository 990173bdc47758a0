"""Nobody learns from our answers who has an account, nor gets in by trying."""

import statistics
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from dishka import AsyncContainer
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from omenigen.kit.auth import Role
from omenigen.kit.db import Database
from omenigen.kit.errors import Unavailable
from omenigen.modules.accounts.rules import limits
from omenigen.modules.accounts.service.passwords import AT_ONCE, WAITING_MAX, Passwords
from tests.modules.accounts.door import AUTH, PASSWORD, Door, address, code, plain

STRANGER = "stranger@example.com"


def shown(answer: httpx.Response) -> tuple[int, bytes, set[str]]:
    """Return what an answer shows, less what differs each time."""
    return answer.status_code, answer.content, set(answer.headers) - {"x-request-id"}


async def test_registration_answers_alike_for_known_and_unknown_addresses(door: Door) -> None:
    await door.join("vera")
    await door.register("dasha")  # waits for her letter
    answers = [
        await door.register("someone", mail=STRANGER),
        await door.register("someone2", mail=address("vera")),
        await door.register("someone3", mail=address("dasha")),
    ]
    assert shown(answers[0]) == shown(answers[1]) == shown(answers[2])
    assert await door.mailbox.subjects(STRANGER) == ["Подтверди почту"]
    assert (await door.mailbox.subjects(address("vera")))[1:] == ["Ты уже с нами"]
    assert await door.mailbox.subjects(address("dasha")) == ["Подтверди почту"] * 2


@pytest.mark.parametrize("path", ["confirm/resend", "password/forgot"])
async def test_asking_for_a_letter_answers_alike(door: Door, path: str) -> None:
    await door.join("vera")
    await door.register("dasha")
    answers = [await door.client.post(f"{AUTH}/{path}", json={"email": mail}) for mail in
               (STRANGER, address("vera"), address("dasha"))]  # fmt: skip
    assert shown(answers[0]) == shown(answers[1]) == shown(answers[2])
    assert answers[0].status_code == 202
    assert await door.mailbox.letters(STRANGER) == []


async def test_signing_in_answers_alike_for_unknown_and_wrong(door: Door) -> None:
    await door.join("vera")
    await door.register("dasha")
    wrong = {"password": "not it at all"}
    answers = [
        await door.client.post(f"{AUTH}/login", json={"login": login, **wrong})
        for login in ("nobody", STRANGER, "vera", address("vera"), "dasha", "", "ve\u202era", "x" * 254)
    ]
    assert len({(status, content) for status, content, _ in map(shown, answers)}) == 1
    assert code(answers[0]) == "accounts.wrong_credentials"


async def test_a_stranger_who_registers_first_gains_nothing(door: Door) -> None:
    """The address is Vera's: the thief's password must not become hers when she registers and confirms."""
    await door.register("thiefs_name", mail=address("vera"), password="the password of a thief")
    await door.register("vera")
    token = await door.mailbox.token(address("vera"))
    assert (await door.client.post(f"{AUTH}/confirm", json={"token": token})).json() == {"username": "vera"}
    assert (await door.sign_in(door.client, "vera")).status_code == 200
    for login in ("vera", "thiefs_name", address("vera")):
        refused = await door.sign_in(door.client, login, "the password of a thief")
        assert code(refused) == "accounts.wrong_credentials"


async def test_a_letter_cannot_carry_a_strangers_words(door: Door) -> None:
    await door.register("vera", locale="en")
    letter = (await door.mailbox.letters(address("vera")))[0]
    assert code(await door.register("<a href=x>", mail=STRANGER)) == "accounts.username_invalid"
    html = letter.get_body(("html",))
    assert html is not None
    assert html.get_content().count("<a ") == 1
    assert plain(letter).count("http") == 1


async def _median(ask: Callable[[], Awaitable[httpx.Response]], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


async def test_signing_in_takes_as_long_for_nobody_as_for_somebody(
    slow_hashes: None, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.join("vera")
    monkeypatch.setattr(limits, "SIGN_IN_PAIR", limits.SIGN_IN_IP)
    await door.client.post(f"{AUTH}/login", json={"login": "warm up", "password": PASSWORD})

    def ask(login: str) -> Callable[[], Awaitable[httpx.Response]]:
        return lambda: door.client.post(f"{AUTH}/login", json={"login": login, "password": "not it at all"})

    known, unknown = await _median(ask("vera"), 9), await _median(ask("nobody"), 9)
    assert 0.6 < known / unknown < 1.6, (known, unknown)


# ── trying again and again ─────────────────────────────────────────────────────────────────────────────────────────


async def test_guessing_one_persons_password_is_slow(door: Door) -> None:
    await door.join("vera")
    burst = limits.SIGN_IN_PAIR.burst
    for _ in range(burst):
        assert code(await door.sign_in(door.client, "vera", "not it at all")) == "accounts.wrong_credentials"
    refused = await door.sign_in(door.client, "Vera", PASSWORD)
    assert (refused.status_code, code(refused)) == (429, "kit.too_many")
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    async with door.browser("198.51.100.4") as elsewhere:  # the owner is not locked out by somebody else's tries
        assert (await door.sign_in(elsewhere, "vera")).status_code == 200


async def test_a_mailbox_is_not_flooded_whoever_asks(door: Door) -> None:
    statuses = []
    for number in range(limits.LETTERS_ADDRESS.burst + 1):
        async with door.browser(f"198.51.100.{number}") as browser:
            statuses.append((await browser.post(f"{AUTH}/password/forgot", json={"email": STRANGER})).status_code)
    assert statuses == [202] * limits.LETTERS_ADDRESS.burst + [429]


async def test_the_password_again_cannot_be_tried_for_ever(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        statuses = [
            (await browser.request("DELETE", "/api/v1/me", json={"password": "not it at all"})).status_code
            for _ in range(limits.PASSWORD_AGAIN.burst + 1)
        ]
    assert statuses == [403] * limits.PASSWORD_AGAIN.burst + [429]


async def test_a_hash_of_an_older_cost_is_renewed_at_sign_in(
    slow_hashes: None, door: Door, container: AsyncContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing = await container.get(Passwords)
    monkeypatch.setattr(hashing, "_scheme", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
    await door.join("vera")
    monkeypatch.undo()

    async def cost() -> str:
        async with (await container.get(Database)).sessions() as db:
            return str(await db.scalar(text("SELECT split_part(password_hash, '$', 4) FROM accounts_users")))

    assert await cost() == "m=64,t=1,p=1"
    assert (await door.sign_in(door.client, "vera")).status_code == 200
    assert await cost() == "m=65536,t=3,p=4"
    assert (await door.sign_in(door.client, "vera")).status_code == 200


async def test_a_full_queue_of_hashes_says_come_back() -> None:
    passwords = Passwords()
    passwords._waiting = AT_ONCE + WAITING_MAX
    with pytest.raises(Unavailable) as refused:
        await passwords.hash(PASSWORD)
    assert refused.value.retry_after == 3
    passwords._waiting = 0
    right, _ = await passwords.verify(PASSWORD, await passwords.hash(PASSWORD))
    assert right
    assert await passwords.verify(PASSWORD, "$2b$12$not-a-hash-of-ours") == (False, None)
    passwords.close()


def test_roles_include_those_below() -> None:
    assert Role.PLAYER.rank < Role.MODERATOR.rank < Role.OPERATOR.rank
