"""The small parts: clock, randomness, ids, texts, settings, cursors."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omenigen.kit import pages
from omenigen.kit.clock import ManualClock
from omenigen.kit.errors import BadCursor
from omenigen.kit.ids import new_token, new_uuid, token_hash
from omenigen.kit.rng import Rng
from omenigen.kit.settings import DatabaseSettings, HttpSettings
from omenigen.kit.texts import Locale, Texts, TextsBroken, asked_locale, choose_locale


def test_a_manual_clock_moves_only_forward() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(90)
    assert clock.now() == datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)
    assert clock.monotonic() == 90
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


def test_rolls_depend_on_their_label_only() -> None:
    first = Rng(b"seed").at("eyes").random()
    rng = Rng(b"seed")
    rng.at("tail").random()
    assert rng.at("eyes").random() == first
    assert rng.at("ears").random() != first
    assert Rng(b"other").at("eyes").random() != first


def test_uuids_are_version_7_and_rise_with_time() -> None:
    made = [new_uuid() for _ in range(100)]
    assert {one.version for one in made} == {7}
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)
    assert len(set(made)) == 100


def test_tokens_are_long_and_stored_as_hashes() -> None:
    token = new_token()
    assert len(token) == 43
    assert len(token_hash(token)) == 32
    assert token_hash(token) == token_hash(token) != token_hash(new_token())


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", Locale.RU),
        ("de, en;q=0.7, ru;q=0.3", Locale.EN),
        ("de", Locale.EN),
        (None, Locale.RU),
        ("", Locale.RU),
        ("ru;q=nonsense, en", Locale.EN),
        ("en;q=0.1,ru;q=0.2", Locale.RU),
    ],
)
def test_the_best_language_is_chosen(header: str | None, locale: Locale) -> None:
    assert choose_locale(header) == locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [("de, en;q=0.2", Locale.EN), ("ru-RU", Locale.RU), ("*", None), ("de", None), ("ru;q=0", None), (None, None)],
)
def test_a_header_that_names_none_of_ours_asks_for_nothing(header: str | None, locale: Locale | None) -> None:
    assert asked_locale(header) == locale


def test_texts_fill_in_values_and_survive_missing_ones(tmp_path: Path) -> None:
    for locale, text in (("ru", "Привет, {name}"), ("en", "Hello, {name}")):
        (tmp_path / locale).mkdir()
        (tmp_path / locale / "a.yaml").write_text(f"greeting: {text}", encoding="utf-8")
    texts = Texts.load(tmp_path)
    assert texts.say(Locale.RU, "greeting", name="Вера") == "Привет, Вера"
    assert texts.say(Locale.EN, "greeting") == "Hello, {name}"
    assert texts.say(Locale.EN, "unknown.key") == "unknown.key"


def test_a_text_written_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "a.yaml").write_text("x: one", encoding="utf-8")
    (tmp_path / "en" / "b.yaml").write_text("x: two", encoding="utf-8")
    with pytest.raises(TextsBroken, match="twice"):
        Texts.load(tmp_path)


def test_settings_speak_asyncpg_inside_and_plain_outside() -> None:
    settings = DatabaseSettings(DATABASE_URL="postgres://a:b@localhost/c")
    assert settings.url == "postgresql+asyncpg://a:b@localhost/c"
    assert settings.dsn == "postgresql://a:b@localhost/c"


def test_only_our_own_pages_may_use_cookies() -> None:
    assert HttpSettings(PORT=8123).origins == {"http://localhost:8123", "http://127.0.0.1:8123"}
    named = HttpSettings(PUBLIC_URL="https://world.example/", ALLOWED_ORIGINS="https://app.example, ")
    assert named.origins == {"https://world.example", "https://app.example"}
    assert named.secure
    assert not HttpSettings(PORT=8123).secure


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)]
)
def test_loopback_is_recognised(host: str, loopback: bool) -> None:
    assert HttpSettings(HOST=host).loopback is loopback


@given(st.lists(st.one_of(st.integers(), st.text(alphabet=st.characters(exclude_characters="\x1f", codec="utf-8")))))
def test_cursors_come_back_as_they_were(parts: list[int | str]) -> None:
    if parts:
        assert pages.parts_of(pages.cursor(*parts), len(parts)) == [str(part) for part in parts]


@given(st.text())
def test_foreign_cursors_are_refused_or_read(text: str) -> None:
    try:
        assert 0 <= pages.id_of(text) < 2**63
    except BadCursor:
        pass
