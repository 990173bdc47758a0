"""Texts that PostgreSQL or UTF-8 cannot hold: a clear refusal, never a fault of ours."""

import json
from typing import Any

import httpx
import pytest

from tests.modules.accounts.door import AUTH, PASSWORD, Door, bearer

ME = "/api/v1/me"
HOSTILE = [
    "a\x00b",
    "\ud800",
    "a\udfffb",
    "\x00" * 8,
    "'; DROP TABLE accounts_users; --",
    "%_\\!",
    "\u202e" * 9,
    "Ω" * 200,
]
JSON = {"Content-Type": "application/json"}


def raw(body: dict[str, Any]) -> bytes:
    """Write JSON as a hostile client does: lone surrogates stay escapes."""
    return json.dumps(body).encode()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_the_door_in_bears_any_text(door: Door, text: str) -> None:
    form = {"email": "vera@example.com", "username": "vera", "password": PASSWORD, "locale": "ru"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("login", {"login": text, "password": PASSWORD}),
        ("login", {"login": "vera", "password": text}),
        ("login", {"login": "vera", "password": PASSWORD, "device": text}),
        ("confirm", {"token": text}),
        ("refresh", {"refresh_token": text}),
        ("logout", {"refresh_token": text}),
        ("confirm/resend", {"email": text}),
        ("password/forgot", {"email": text}),
        ("password/reset", {"token": text, "password": PASSWORD}),
        ("password/reset", {"token": "x" * 43, "password": text}),
        ("email/confirm", {"token": text}),
        *(("register", {**form, field: text}) for field in ("email", "username", "password", "locale", "time_zone")),
    ]
    for path, body in asked:
        answer = await door.client.post(f"{AUTH}/{path}", content=raw(body), headers=JSON)
        assert answer.status_code < 500, (path, body, answer.text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_ones_own_account_bears_any_text(door: Door, starosta: httpx.AsyncClient, text: str) -> None:
    await door.join("vera")
    headers = {**bearer(await door.native("vera")), **JSON}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        *(("PATCH", ME, {field: text}) for field in ("display_name", "about", "time_zone", "locale")),
        ("PUT", f"{ME}/password", {"current_password": text, "new_password": PASSWORD}),
        ("PUT", f"{ME}/password", {"current_password": PASSWORD, "new_password": text}),
        ("PUT", f"{ME}/email", {"email": text, "password": PASSWORD}),
        ("DELETE", ME, {"password": text}),
    ]
    for method, path, body in asked:
        answer = await door.client.request(method, path, content=raw(body), headers=headers)
        assert answer.status_code < 500, (method, path, body, answer.text)
    body = raw({"suspended": True, "reason": text})
    answer = await starosta.patch("/api/v1/operator/users/2", content=body, headers=JSON)
    assert answer.status_code < 500, answer.text
    for name in ("query", "after"):
        encoded = text.encode(errors="surrogatepass").hex(" ").replace(" ", "%")
        answer = await starosta.get(f"/api/v1/operator/users?{name}=%{encoded}")
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("agent", [b"", b"\xff\xfe", b"x" * 4000, "Вера".encode(), b"Mozilla/5.0 (" * 200])
async def test_any_user_agent_may_sign_in(door: Door, agent: bytes) -> None:
    await door.join("vera")
    body = {"login": "vera", "password": PASSWORD}
    answer = await door.client.post(f"{AUTH}/login", json=body, headers=[(b"user-agent", agent)])
    assert answer.status_code == 200
