"""What accounts decide without looking anything up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omenigen.modules.accounts.errors import (
    EmailInvalid,
    PasswordWeak,
    TextInvalid,
    TimeZoneUnknown,
    UsernameInvalid,
)
from omenigen.modules.accounts.rules import devices, limits, names, passwords, profile, refreshing
from omenigen.modules.accounts.types import Limit

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)

# ── names: a table of a hundred ────────────────────────────────────────────────────────────────────────────────────

HONEST = [
    "vera", "Vera", "VERA", "lev", "dasha", "вера", "Вера", "Лев", "Даша", "ёжик", "Юлия", "Йошка", "anna_k", "anna-k",
    "anna.k", "a.b.c", "user42", "42user", "007", "x1y2z3", "José", "Zoë", "Łukasz", "Øyvind", "Ünal", "Νίκος", "Արամ",
    "太郎丸", "안녕하", "मीरा", "שרה", "سارة", "გიორგი", "o_o", "abc", "a" * 32, "ЖУЖА", "mir-и-мир", "Ω_gen", "tëst",
]  # fmt: skip

CROOKED = [
    ("", "length"), ("a", "length"), ("ab", "length"), ("  ab  ", "length"), ("a" * 33, "length"), ("ы" * 40, "length"),
    ("ﷺ", "characters"), ("ve ra", "characters"), ("ve\tra", "characters"), ("ve\nra", "characters"),
    ("ve\u200bra", "characters"), ("ve\u200dra", "characters"), ("ve\ufeffra", "characters"),
    ("ve\u202era", "characters"), ("ve\u2066ra", "characters"), ("ve\u00adra", "characters"),
    ("ve\u0000ra", "characters"), ("ve\u3164ra", "characters"), ("\u115fvera", "characters"),
    ("ve@ra", "characters"), ("ve/ra", "characters"), ("ve\\ra", "characters"), ("ve:ra", "characters"),
    ("<vera>", "characters"), ("ve'ra", "characters"), ('ve"ra', "characters"), ("ve&ra", "characters"),
    ("vera!", "characters"), ("vera😀", "characters"), ("ve%20ra", "characters"), ("ve+ra", "characters"),
    ("ve\u0301\u0302\u0303\u0304ra", "characters"), ("\u0301vera", "start"), ("ve\U000e0041ra", "characters"),
    ("_vera", "start"), ("vera_", "start"), (".vera", "start"), ("vera.", "start"), ("-vera", "start"),
    ("vera-", "start"),
]  # fmt: skip

LOOK_ALIKES = [
    ("vera", "Vera"), ("vera", "VERA"), ("vera", "vеra"), ("vera", "verа"), ("vera", "vеrа"), ("vera", "véra"),
    ("paypal", "paypaI"), ("paypal", "pаypаl"), ("paypal", "paypa1"), ("root42", "r00t42"), ("moon", "mооn"),
    ("moon", "m00n"), ("corner", "comer"), ("wow", "vvow"), ("ёжик", "ежик"), ("нос", "hoc"), ("оса", "oca"),
    ("anna_k", "anna-k"), ("anna_k", "anna.k"), ("ｖｅｒａ", "vera"),
]  # fmt: skip


def test_the_table_has_a_hundred_names() -> None:
    assert len(HONEST) + len(CROOKED) + len(LOOK_ALIKES) == 100


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_name_is_taken_as_it_is_written(text: str) -> None:
    assert names.decide_username(text).shown == text


@pytest.mark.parametrize(("text", "reason"), CROOKED)
def test_a_crooked_name_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UsernameInvalid) as refused:
        names.decide_username(text)
    assert refused.value.params["reason"] == reason


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert names.decide_username(one).skeleton == names.decide_username(other).skeleton


@pytest.mark.parametrize(("one", "other"), [("vera", "vega"), ("май", "маи"), ("лев", "лес"), ("ann1", "ann2")])
def test_names_that_differ_to_the_eye_have_two_skeletons(one: str, other: str) -> None:
    assert names.decide_username(one).skeleton != names.decide_username(other).skeleton


@pytest.mark.parametrize("text", ["admin", "Аdmin", "ADMIN", "Оператор", "support", "0menigen"])
def test_names_that_speak_for_the_house_are_reserved(text: str) -> None:
    assert names.is_reserved(names.decide_username(text))


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_a_refusal_and_a_name_stays_itself(text: str) -> None:
    try:
        name = names.decide_username(text)
    except UsernameInvalid:
        return
    again = names.decide_username(name.shown)
    assert again == name
    assert names.login_key(text) == name.key
    assert 3 <= len(name.shown) <= 32
    assert name.skeleton


# ── addresses ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("vera@example.com", "vera@example.com"),
        ("  Vera@Example.COM ", "vera@example.com"),
        ("v.e+r_a@mail.example.org", "v.e+r_a@mail.example.org"),
        ("vera@пример.рф", "vera@xn--e1afmkfd.xn--p1ai"),
        ("vera@localhost", "vera@localhost"),
        ("vera@office.local", "vera@office.local"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, kept: str) -> None:
    assert names.decide_email(text) == kept
    assert names.login_key(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "vera", "vera@", "@example.com", "vera@example", "ve ra@example.com", "vera@exa mple.com", "a@b@c.com",
        "vera@[127.0.0.1]", "вера@example.com", "vera@example.com\nBcc: all@example.com", "vera@-x.com", "v@.com",
        "<vera@example.com>", "vera@example..com", "x" * 300 + "@example.com", "vera@exam\u200bple.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EmailInvalid):
        names.decide_email(text)


# ── passwords ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "length"), ("1234567", "length"), ("x" * 129, "length"),
        ("password", "common"), ("PassWord1", "common"), ("12345678", "common"), ("qwertyuiop", "common"),
        ("йцукенгш", "common"), ("aaaaaaaaaa", "common"), ("ababababab", "common"), ("abcdefghijk", "common"),
        ("zyxwvuts", "common"),
        ("veraverochka", "yours"), ("VeraVerochka", "yours"), ("verochka@example.com", "yours"), ("verochka", "yours"),
    ],
)  # fmt: skip
def test_a_first_guess_is_refused(password: str, reason: str) -> None:
    with pytest.raises(PasswordWeak) as refused:
        passwords.ensure_password(password, username="veraverochka", email="verochka@example.com")
    assert refused.value.params["reason"] == reason


@pytest.mark.parametrize(
    "password", ["seven blue lagfrogs", "пять зелёных улиток", "x7$kQ2!p", "🐸лягушка", "ab cd ef"]
)
def test_a_password_of_ones_own_is_fine(password: str) -> None:
    passwords.ensure_password(password, username="vera", email="vera@example.com")


# ── profile ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kept"),
    [("Вера", "Вера"), ("  Вера   Лебедева ", "Вера Лебедева"), ("", ""), ("Vera 👩‍🚀", "Vera 👩‍🚀"), ("e\u0301", "é")],
)
def test_a_display_name_is_cleaned(text: str, kept: str) -> None:
    assert profile.decide_display_name(text) == kept


@pytest.mark.parametrize("text", ["a\u202eb", "a\u200bb", "ve\u200dra", "a\u0007b", "a\u2028b", "x" * 65])
def test_a_display_name_that_deceives_is_refused(text: str) -> None:
    with pytest.raises(TextInvalid):
        profile.decide_display_name(text)


def test_an_about_keeps_its_lines_and_ends_at_500() -> None:
    assert profile.decide_about(" one\r\n\r\ntwo \n") == "one\n\ntwo"
    assert len(profile.decide_about("я" * 500)) == 500
    with pytest.raises(TextInvalid):
        profile.decide_about("я" * 501)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Omsk", "Europe/Moscow", "America/Argentina/Ushuaia"])
def test_a_zone_of_the_iana_list_is_known(zone: str) -> None:
    assert profile.ensure_time_zone(zone) == zone


@pytest.mark.parametrize("zone", ["", "Omsk", "GMT+25", "../../etc/passwd", "localtime", "asia/omsk\x00"])
def test_another_zone_is_refused(zone: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        profile.ensure_time_zone(zone)


@pytest.mark.parametrize(
    ("last", "now", "zone", "new"),
    [
        (None, NOON, "UTC", True),
        (NOON, NOON, "UTC", False),
        (NOON, NOON + timedelta(hours=11, minutes=59), "UTC", False),
        (NOON, NOON + timedelta(hours=12), "UTC", True),
        (NOON, NOON + timedelta(hours=6), "Asia/Omsk", True),  # midnight there
        (NOON, NOON + timedelta(hours=12), "America/New_York", False),  # still evening there
        (NOON, NOON - timedelta(hours=20), "UTC", False),  # a clock that was set back makes no new day
    ],
)
def test_a_day_begins_where_the_person_lives(last: datetime | None, now: datetime, zone: str, new: bool) -> None:
    assert profile.is_new_day(last=last, now=now, zone=zone) is new


# ── refresh tokens ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(token=st.text(min_size=1, max_size=64), salt=st.binary(min_size=16, max_size=16), secret=st.binary(min_size=32))
def test_a_successor_is_found_again_only_with_token_salt_and_secret(token: str, salt: bytes, secret: bytes) -> None:
    found = refreshing.successor(token, salt=salt, secret=secret)
    assert found == refreshing.successor(token, salt=salt, secret=secret)
    assert len(found) == 43
    assert found != refreshing.successor(token + "x", salt=salt, secret=secret)
    assert found != refreshing.successor(token, salt=bytes(16) if any(salt) else b"1" * 16, secret=secret)
    assert found != refreshing.successor(token, salt=salt, secret=secret + b"x")


@pytest.mark.parametrize(("seconds", "stolen"), [(0, False), (9.99, False), (10, False), (10.01, True), (86400, True)])
def test_a_used_token_is_stolen_after_the_leeway(seconds: float, stolen: bool) -> None:
    assert refreshing.is_stolen(used_at=NOON, now=NOON + timedelta(seconds=seconds)) is stolen


# ── devices and limits ─────────────────────────────────────────────────────────────────────────────────────────────

_PC = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36 Edg/130.0.0.0"
)


@pytest.mark.parametrize(
    ("agent", "named", "shown"),
    [
        (_PC, None, "Firefox · Linux"),
        (_PHONE, None, "Safari · iPhone"),
        (_EDGE, None, "Edge · Windows"),
        (_PC, " Верин  ноутбук ", "Верин ноутбук"),
        (_PC, "\u202e", "Firefox · Linux"),
        ("curl/8.5.0", None, "curl"),
        ("SomeGame/1.0 (whatever)", None, "SomeGame"),
        (None, None, "—"),
        ("", "", "—"),
        ("x" * 500, None, "x" * 80),
    ],
)
def test_a_device_is_named_as_its_owner_would(agent: str | None, named: str | None, shown: str) -> None:
    assert devices.device_of(agent, named) == shown


def test_every_limit_has_a_bucket_of_its_own_and_lets_people_in() -> None:
    found = [value for value in vars(limits).values() if isinstance(value, Limit)]
    assert len({one.bucket for one in found}) == len(found) >= 8
    assert all(one.burst >= 5 and one.rate > 0 for one in found)
