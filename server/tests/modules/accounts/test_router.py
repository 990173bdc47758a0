"""The doors of accounts: one happy path each, each refusal, anonymous."""

from typing import Any

import httpx
import pytest

from omenigen.kit.clock import ManualClock
from tests.modules.accounts.door import AUTH, PASSWORD, Door, address, bearer, code, plain

ME = "/api/v1/me"
OTHER = "eight blue lagfrogs"

# ── joining ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_from_a_name_to_ones_own_profile(door: Door) -> None:
    answer = await door.register("vera", mail="Vera@Example.com", time_zone="Asia/Omsk")
    assert (answer.status_code, list(answer.json())) == (202, ["message"])
    letters = await door.mailbox.letters("vera@example.com")
    assert [str(letter["Subject"]) for letter in letters] == ["Подтверди почту"]
    assert "http://localhost:8000/confirm?token=" in plain(letters[0])

    assert code(await door.sign_in(door.client, "vera")) == "accounts.not_confirmed"
    token = await door.mailbox.token("vera@example.com")
    confirmed = await door.client.post(f"{AUTH}/confirm", json={"token": token})
    assert (confirmed.status_code, confirmed.json()) == (200, {"username": "vera"})

    signed_in = await door.sign_in(door.client, "vera")
    body = signed_in.json()
    assert signed_in.status_code == 200
    assert (body["token_type"], body["expires_in"], body["refresh_token"]) == ("Bearer", 600, None)
    assert signed_in.headers["cache-control"] == "no-store"
    me = (await door.client.get(ME)).json()
    assert me == body["user"]
    assert me["email_confirmed"] is True
    assert (me["username"], me["email"], me["time_zone"], me["locale"], me["role"]) == (
        "vera", "vera@example.com", "Asia/Omsk", "ru", "player",
    )  # fmt: skip


async def test_opening_the_link_changes_nothing(door: Door) -> None:
    await door.register("vera")
    token = await door.mailbox.token(address("vera"))
    assert (await door.client.get(f"{AUTH}/confirm", params={"token": token})).status_code in {404, 405}
    assert code(await door.sign_in(door.client, "vera")) == "accounts.not_confirmed"


async def test_a_link_pressed_twice_answers_twice(door: Door) -> None:
    await door.register("vera")
    token = await door.mailbox.token(address("vera"))
    answers = [await door.client.post(f"{AUTH}/confirm", json={"token": token}) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"username": "vera"}] * 2


async def test_a_link_ends_after_three_days(door: Door, clock: ManualClock) -> None:
    await door.register("vera")
    token = await door.mailbox.token(address("vera"))
    clock.advance(3 * 24 * 3600)
    assert code(await door.client.post(f"{AUTH}/confirm", json={"token": token})) == "accounts.link_invalid"


async def test_the_letter_comes_again(door: Door) -> None:
    await door.register("vera")
    first = await door.mailbox.token(address("vera"))
    answer = await door.client.post(f"{AUTH}/confirm/resend", json={"email": address("vera")})
    second = await door.mailbox.token(address("vera"))
    assert answer.status_code == 202
    assert first != second
    assert (await door.client.post(f"{AUTH}/confirm", json={"token": second})).status_code == 200
    assert code(await door.client.post(f"{AUTH}/confirm", json={"token": first})) == "accounts.link_invalid"


@pytest.mark.parametrize("name", ["vera", "VERA", "vеra", "véra"])
async def test_a_taken_name_is_said(door: Door, name: str) -> None:
    await door.join("vera")
    assert code(await door.register(name, mail="other@example.com")) == "accounts.username_taken"


async def test_a_name_waits_for_its_letter(door: Door) -> None:
    await door.register("vera")
    assert code(await door.register("vera", mail="other@example.com")) == "accounts.username_taken"


async def test_a_name_of_the_house_is_nobodys(door: Door) -> None:
    assert code(await door.register("admin")) == "accounts.username_taken"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"username": "ve ra"}, "accounts.username_invalid"),
        ({"username": "ve\u202era"}, "accounts.username_invalid"),
        ({"email": "vera"}, "accounts.email_invalid"),
        ({"password": "12345678"}, "accounts.password_weak"),
        ({"password": "short"}, "accounts.password_weak"),
        ({"time_zone": "Mars/Olympus"}, "accounts.time_zone_unknown"),
        ({"locale": "de"}, "kit.validation"),
        ({"email": 5}, "kit.validation"),
        ({"email": "x" * 300 + "@example.com"}, "kit.validation"),
        ({"password": "x" * 2000}, "kit.validation"),
    ],
)
async def test_a_form_that_cannot_be_right(door: Door, body: dict[str, Any], expected: str) -> None:
    form = {"email": address("vera"), "username": "vera", "password": PASSWORD, "locale": "ru"} | body
    answer = await door.client.post(f"{AUTH}/register", json=form)
    assert (answer.status_code, code(answer)) == (422, expected)


async def test_a_password_never_comes_back_in_a_refusal(door: Door) -> None:
    answer = await door.client.post(f"{AUTH}/login", json={"login": "vera", "password": {"a": "sesame sesame"}})
    assert answer.status_code == 422
    assert "sesame" not in answer.text


async def test_refusals_speak_the_callers_language(door: Door) -> None:
    body = {"login": "nobody", "password": PASSWORD}
    russian = await door.client.post(f"{AUTH}/login", json=body, headers={"Accept-Language": "ru"})
    english = await door.client.post(f"{AUTH}/login", json=body, headers={"Accept-Language": "en"})
    assert russian.json()["detail"] == "Имя или пароль не подходят."
    assert english.json()["detail"] == "The name or the password is not right."


# ── signing in and out ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("login", ["vera", "VERA", " vera ", "vera@example.com", "Vera@Example.COM"])
async def test_a_name_and_an_address_open_the_door(door: Door, login: str) -> None:
    await door.join("vera")
    assert (await door.sign_in(door.client, login)).status_code == 200


async def test_cookies_are_out_of_reach_of_scripts(door: Door) -> None:
    await door.join("vera")
    answer = await door.sign_in(door.client, "vera")
    cookies = {line.partition("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"om_access", "om_refresh", "om_csrf"}
    assert "httponly" in cookies["om_access"] and "samesite=lax" in cookies["om_access"]
    assert "httponly" in cookies["om_refresh"] and "samesite=strict" in cookies["om_refresh"]
    assert "path=/api/v1/auth" in cookies["om_refresh"]
    assert "httponly" not in cookies["om_csrf"]
    assert not any("secure" in line for line in cookies.values())  # PUBLIC_URL is not https here


async def test_a_program_keeps_its_tokens_itself(door: Door) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    assert tokens["refresh_token"]
    assert not door.client.cookies
    answer = await door.client.patch(ME, json={"display_name": "Вера"}, headers=bearer(tokens))
    assert answer.json()["display_name"] == "Вера"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:8000.evil.example", "https://localhost:8000"]
)
async def test_a_foreign_page_may_do_nothing_with_cookies(door: Door, origin: str) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        for method, path in (("PATCH", ME), ("POST", f"{AUTH}/logout"), ("POST", f"{AUTH}/refresh"), ("DELETE", ME)):
            answer = await browser.request(method, path, json={}, headers={"Origin": origin})
            assert (answer.status_code, code(answer)) == (403, "kit.origin")
        answer = await browser.post(
            f"{AUTH}/login", json={"login": "vera", "password": PASSWORD}, headers={"Origin": origin}
        )
        assert code(answer) == "kit.origin"
        assert (await browser.get(ME)).status_code == 200


async def test_our_own_page_may(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera", Origin="http://localhost:8000") as browser:
        assert (await browser.patch(ME, json={"about": "тут"})).status_code == 200


@pytest.mark.parametrize("token", [None, "", "guess"])
async def test_without_the_csrf_token_cookies_change_nothing(door: Door, token: str | None) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        del browser.headers["X-CSRF-Token"]
        headers = {} if token is None else {"X-CSRF-Token": token}
        for method, path in (("PATCH", ME), ("POST", f"{AUTH}/logout"), ("POST", f"{AUTH}/refresh")):
            answer = await browser.request(method, path, json={}, headers=headers)
            assert (answer.status_code, code(answer)) == (403, "kit.csrf")


async def test_signing_out_ends_the_session_at_once(door: Door) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    async with door.signed_in("vera") as browser:
        access = browser.cookies["om_access"]
        answer = await browser.post(f"{AUTH}/logout")
        assert answer.status_code == 204
        assert not browser.cookies
        stale = await door.client.get(ME, headers={"Authorization": f"Bearer {access}"})
        assert (stale.status_code, code(stale)) == (401, "accounts.session_over")
    assert (await door.client.get(ME, headers=bearer(tokens))).status_code == 200


async def test_signing_out_works_with_the_refresh_cookie_alone(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        refresh = browser.cookies["om_refresh"]
        clock.advance(3600)
        assert (await browser.post(f"{AUTH}/logout")).status_code == 204
    answer = await door.client.post(f"{AUTH}/refresh", json={"refresh_token": refresh})
    assert code(answer) == "accounts.refresh_invalid"


async def test_signing_out_as_nobody_is_fine(door: Door) -> None:
    assert (await door.client.post(f"{AUTH}/logout")).status_code == 204


async def test_the_list_of_sessions_and_ending_them(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    await door.join("lev")
    async with door.browser("203.0.113.7") as phone, door.signed_in("vera") as browser, door.signed_in("lev") as other:
        await door.sign_in(phone, "vera", device="Верин телефон")
        clock.advance(60)
        items = (await browser.get(f"{ME}/sessions")).json()["items"]
        assert [(item["device"], item["ip"], item["current"]) for item in items] == [
            ("Верин телефон", "203.0.113.7", False),
            ("Python", "127.0.0.1", True),
        ]
        foreign = await other.delete(f"{ME}/sessions/{items[0]['id']}")
        assert (foreign.status_code, code(foreign)) == (404, "accounts.session_not_found")
        assert (await browser.delete(f"{ME}/sessions/{items[0]['id']}")).status_code == 204
        assert code(await browser.delete(f"{ME}/sessions/{items[0]['id']}")) == "accounts.session_not_found"
        assert (await phone.get(ME)).status_code == 401
        await door.sign_in(phone, "vera")
        assert (await browser.delete(f"{ME}/sessions")).status_code == 204
        assert (await phone.get(ME)).status_code == 401
        assert (await browser.get(ME)).status_code == 401
        assert (await other.get(ME)).status_code == 200


@pytest.mark.parametrize("place", ["0", "-1", "x", str(2**63), "1.5"])
async def test_a_session_that_cannot_be(door: Door, place: str) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        assert (await browser.delete(f"{ME}/sessions/{place}")).status_code == 422


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwic2lkIjoiMSIsImV4cCI6OTk5OTk5OTk5OX0.",
        "omk_game_" + "x" * 43,
    ],
)
async def test_a_token_of_nobody(door: Door, token: str) -> None:
    answer = await door.client.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_access_token_lives_ten_minutes(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    clock.advance(599)
    assert (await door.client.get(ME, headers=bearer(tokens))).status_code == 200
    clock.advance(1)
    assert code(await door.client.get(ME, headers=bearer(tokens))) == "kit.token_invalid"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ME), ("PATCH", ME), ("DELETE", ME), ("PUT", f"{ME}/password"), ("PUT", f"{ME}/email"),
        ("GET", f"{ME}/sessions"), ("DELETE", f"{ME}/sessions"), ("DELETE", f"{ME}/sessions/1"),
        ("GET", f"{ME}/export"),
        ("GET", "/api/v1/users/1/card"), ("GET", "/api/v1/operator/users"), ("PATCH", "/api/v1/operator/users/1"),
    ],
)  # fmt: skip
async def test_nobody_is_asked_to_sign_in(door: Door, method: str, path: str) -> None:
    body = {"password": PASSWORD, "email": "x@example.com", "current_password": PASSWORD, "new_password": OTHER}
    answer = await door.client.request(method, path, json=body)
    assert (answer.status_code, code(answer)) == (401, "kit.unauthenticated")


# ── recovering ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_changing_the_password_ends_other_sessions(door: Door) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    async with door.signed_in("vera") as browser:
        wrong = await browser.put(f"{ME}/password", json={"current_password": "not it at all", "new_password": OTHER})
        assert (wrong.status_code, code(wrong)) == (403, "accounts.wrong_password")
        weak = await browser.put(f"{ME}/password", json={"current_password": PASSWORD, "new_password": "12345678"})
        assert code(weak) == "accounts.password_weak"
        right = await browser.put(f"{ME}/password", json={"current_password": PASSWORD, "new_password": OTHER})
        assert right.status_code == 204
        assert (await browser.get(ME)).status_code == 200
    assert code(await door.client.get(ME, headers=bearer(tokens))) == "accounts.session_over"
    assert code(await door.sign_in(door.client, "vera")) == "accounts.wrong_credentials"
    assert (await door.sign_in(door.client, "vera", OTHER)).status_code == 200
    assert (await door.mailbox.subjects(address("vera")))[-1] == "Пароль изменён"


async def test_resetting_the_password_by_letter(door: Door) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    assert (await door.client.post(f"{AUTH}/password/forgot", json={"email": address("vera")})).status_code == 202
    token = await door.mailbox.token(address("vera"))
    weak = await door.client.post(f"{AUTH}/password/reset", json={"token": token, "password": "password"})
    assert code(weak) == "accounts.password_weak"
    done = await door.client.post(f"{AUTH}/password/reset", json={"token": token, "password": OTHER})
    assert (done.status_code, done.json()) == (200, {"username": "vera"})
    again = await door.client.post(f"{AUTH}/password/reset", json={"token": token, "password": PASSWORD})
    assert (again.status_code, code(again)) == (422, "accounts.link_invalid")
    assert (await door.client.get(ME, headers=bearer(tokens))).status_code == 401
    assert (await door.sign_in(door.client, "vera", OTHER)).status_code == 200


async def test_a_reset_link_lives_an_hour(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    await door.client.post(f"{AUTH}/password/forgot", json={"email": address("vera")})
    token = await door.mailbox.token(address("vera"))
    clock.advance(3600)
    answer = await door.client.post(f"{AUTH}/password/reset", json={"token": token, "password": OTHER})
    assert code(answer) == "accounts.link_invalid"


async def test_links_are_not_interchangeable(door: Door) -> None:
    await door.register("lev")
    confirmation = await door.mailbox.token(address("lev"))
    await door.join("vera")
    await door.client.post(f"{AUTH}/password/forgot", json={"email": address("vera")})
    reset = await door.mailbox.token(address("vera"))
    for path, body in (
        ("password/reset", {"token": confirmation, "password": OTHER}),
        ("email/confirm", {"token": confirmation}),
        ("email/confirm", {"token": reset}),
        ("confirm", {"token": reset}),
        ("confirm", {"token": "x" * 43}),
    ):
        assert code(await door.client.post(f"{AUTH}/{path}", json=body)) == "accounts.link_invalid"


async def test_moving_to_another_address(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        wrong = await browser.put(f"{ME}/email", json={"email": "new@example.com", "password": "not it at all"})
        assert code(wrong) == "accounts.wrong_password"
        answer = await browser.put(f"{ME}/email", json={"email": "new@example.com", "password": PASSWORD})
        assert answer.status_code == 202
        assert (await browser.get(ME)).json()["email"] == address("vera")
        old = (await door.mailbox.letters(address("vera")))[-1]
        assert str(old["Subject"]) == "Смена адреса почты"
        assert "n***@example.com" in plain(old) and "token=" not in plain(old)
        token = await door.mailbox.token("new@example.com")
        assert (await door.client.post(f"{AUTH}/email/confirm", json={"token": token})).status_code == 204
        assert (await browser.get(ME)).json()["email"] == "new@example.com"
        assert code(await door.client.post(f"{AUTH}/email/confirm", json={"token": token})) == "accounts.link_invalid"
    assert (await door.sign_in(door.client, "new@example.com")).status_code == 200


async def test_moving_to_an_address_of_somebody_else(door: Door) -> None:
    await door.join("vera")
    await door.join("lev")
    async with door.signed_in("vera") as browser:
        free = await browser.put(f"{ME}/email", json={"email": "free@example.com", "password": PASSWORD})
        taken = await browser.put(f"{ME}/email", json={"email": address("lev"), "password": PASSWORD})
        assert (free.status_code, free.json()) == (taken.status_code, taken.json())
    assert (await door.mailbox.subjects(address("lev")))[-1] == "Ты уже с нами"


# ── oneself ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_changing_the_profile(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        changes = {"display_name": " Вера  Л. ", "about": "Ловлю\nсветлячков", "time_zone": "Asia/Omsk", "locale": "en"}
        answer = await browser.patch(ME, json=changes)
        assert answer.status_code == 200
        assert answer.headers["live-versions"].startswith("user.1=")
        me = answer.json()
        assert (me["display_name"], me["about"], me["time_zone"], me["locale"]) == (
            "Вера Л.", "Ловлю\nсветлячков", "Asia/Omsk", "en",
        )  # fmt: skip
        assert (await browser.patch(ME, json={})).json() == me
        assert (await browser.patch(ME, json={"display_name": ""})).json()["display_name"] == ""
        refused = await browser.patch(ME, json={"time_zone": "Mars"})
        assert refused.json()["detail"] == "There is no time zone “Mars”."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"display_name": "x" * 65}, "accounts.text_invalid"),
        ({"display_name": "a\u202eb"}, "accounts.text_invalid"),
        ({"about": "x" * 501}, "accounts.text_invalid"),
        ({"about": "x" * 2001}, "kit.validation"),
        ({"locale": "de"}, "kit.validation"),
        ({"time_zone": "Mars"}, "accounts.time_zone_unknown"),
    ],
)
async def test_a_profile_that_cannot_be(door: Door, changes: dict[str, str], expected: str) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        answer = await browser.patch(ME, json=changes)
        assert (answer.status_code, code(answer)) == (422, expected)


async def test_others_see_a_card_and_no_more(door: Door) -> None:
    await door.join("vera")
    await door.join("lev")
    await door.register("dasha")
    async with door.signed_in("lev") as browser:
        answer = await browser.get("/api/v1/users/1/card")
        assert answer.json() == {"id": 1, "username": "vera", "display_name": "", "avatar_url": None}
        for nobody in (3, 4, 2**63 - 1):
            assert code(await browser.get(f"/api/v1/users/{nobody}/card")) == "user_service.user_not_found"


async def test_taking_everything_along(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        answer = await browser.get(f"{ME}/export")
        everything = answer.json()
        assert answer.headers["content-disposition"].startswith("attachment")
        assert everything["account"]["email"] == address("vera")
        assert len(everything["account"]["sessions"]) == 1
        assert everything["media"] == []
        assert "argon2" not in answer.text


async def test_leaving_needs_the_password_and_is_for_ever(door: Door) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    async with door.signed_in("vera") as browser:
        wrong = await browser.request("DELETE", ME, json={"password": "not it at all"})
        assert (wrong.status_code, code(wrong)) == (403, "accounts.wrong_password")
        assert (await browser.request("DELETE", ME, json={"password": PASSWORD})).status_code == 204
        assert not browser.cookies
    assert code(await door.client.get(ME, headers=bearer(tokens))) == "accounts.session_over"
    assert code(await door.sign_in(door.client, "vera")) == "accounts.wrong_credentials"
    assert (await door.mailbox.subjects(address("vera")))[-1] == "Учётная запись удалена"
    await door.join("vera")  # the name and the address are free again


# ── the operator ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_people_are_not_operators(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        for answer in (
            await browser.get("/api/v1/operator/users"),
            await browser.patch("/api/v1/operator/users/1", json={"role": "operator"}),
        ):
            assert (answer.status_code, code(answer)) == (403, "kit.role_too_low")
        assert (await browser.get(ME)).json()["role"] == "player"


async def test_the_operator_looks_after_people(door: Door, starosta: httpx.AsyncClient) -> None:
    for name in ("vera", "lev", "dasha"):
        await door.join(name)
    page = (await starosta.get("/api/v1/operator/users", params={"limit": 2})).json()
    assert [item["username"] for item in page["items"]] == ["dasha", "lev"]
    rest = (await starosta.get("/api/v1/operator/users", params={"limit": 2, "after": page["next"]})).json()
    assert [item["username"] for item in rest["items"]] == ["vera", "starosta"]
    assert rest["next"] is None
    for query, names in (("VER", ["vera"]), ("lev@", ["lev"]), ("%", []), ("_", []), ("2", ["vera"])):
        found = (await starosta.get("/api/v1/operator/users", params={"query": query})).json()["items"]
        assert [item["username"] for item in found] == names, query
    assert code(await starosta.get("/api/v1/operator/users", params={"after": "nonsense"})) == "kit.bad_cursor"


async def test_a_suspended_person_is_out_and_told_why(door: Door, starosta: httpx.AsyncClient) -> None:
    await door.join("vera")
    vera = "/api/v1/operator/users/2"
    async with door.signed_in("vera") as browser:
        answer = await starosta.patch(vera, json={"suspended": True, "reason": "Спам в залах"})
        assert (answer.status_code, answer.json()["state"], answer.json()["suspended_reason"]) == (
            200, "suspended", "Спам в залах",
        )  # fmt: skip
        assert (await browser.get(ME)).status_code == 401
    refused = await door.sign_in(door.client, "vera")
    assert (refused.status_code, code(refused)) == (403, "accounts.suspended")
    assert refused.json()["params"] == {"reason": "Спам в залах"}
    assert code(await door.sign_in(door.client, "vera", OTHER)) == "accounts.wrong_credentials"
    assert (await starosta.patch(vera, json={"suspended": False})).json()["state"] == "active"
    assert (await door.sign_in(door.client, "vera")).status_code == 200


async def test_a_role_counts_at_once(door: Door, starosta: httpx.AsyncClient) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        await starosta.patch("/api/v1/operator/users/2", json={"role": "operator"})
        assert (await browser.get("/api/v1/operator/users")).status_code == 200
        await starosta.patch("/api/v1/operator/users/2", json={"role": "player"})
        assert (await browser.get("/api/v1/operator/users")).status_code == 403


async def test_an_operator_is_not_their_own_judge(starosta: httpx.AsyncClient) -> None:
    for body in ({"role": "player"}, {"suspended": True}):
        assert code(await starosta.patch("/api/v1/operator/users/1", json=body)) == "accounts.not_yourself"
    assert code(await starosta.patch("/api/v1/operator/users/99", json={})) == "user_service.user_not_found"
