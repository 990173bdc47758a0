"""Details against a type's schema: what is checked, and what is refused to be promised."""

from typing import Any

import pytest

from omenigen.modules.achievements.rules.details import UnsupportedSchema, compile_schema

RACE = {
    "type": "object",
    "required": ["track"],
    "additionalProperties": False,
    "properties": {
        "track": {"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[a-z]+$"},
        "place": {"type": "integer", "minimum": 1, "maximum": 8},
        "time": {"type": ["number", "null"]},
        "mode": {"enum": ["solo", "duel", 1]},
        "laps": {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 3},
    },
}


@pytest.mark.parametrize(
    "details",
    [
        {"track": "moon"},
        {"track": "moon", "place": 8, "time": None, "mode": "duel", "laps": [1, 2.5]},
        {"track": "moon", "place": 3.0, "mode": 1},
    ],
)
def test_good(details: Any) -> None:
    assert compile_schema(RACE)(details, "details") is None


@pytest.mark.parametrize(
    ("details", "where"),
    [
        ([], "details"),
        ({}, "details.track"),
        ({"track": ""}, "details.track"),
        ({"track": "longer than eight"}, "details.track"),
        ({"track": "MOON"}, "details.track"),
        ({"track": 5}, "details.track"),
        ({"track": "moon", "place": 0}, "details.place"),
        ({"track": "moon", "place": 9}, "details.place"),
        ({"track": "moon", "place": 1.5}, "details.place"),
        ({"track": "moon", "place": True}, "details.place"),
        ({"track": "moon", "mode": True}, "details.mode"),
        ({"track": "moon", "mode": "trio"}, "details.mode"),
        ({"track": "moon", "laps": []}, "details.laps"),
        ({"track": "moon", "laps": [1, "2"]}, "details.laps[1]"),
        ({"track": "moon", "colour": "red"}, "details.colour"),
    ],
)
def test_bad(details: Any, where: str) -> None:
    wrong = compile_schema(RACE)(details, "details")
    assert wrong is not None
    assert wrong.startswith(f"{where}: ")


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"$ref": "#/x"}, "$ref"),
        ({"type": "text"}, "type"),
        ({"type": []}, "type"),
        ({"pattern": "(a+)+$"}, "pattern"),
        ({"pattern": "("}, "pattern"),
        ({"minimum": "1"}, "minimum"),
        ({"minLength": 1.5}, "minLength"),
        ({"properties": []}, "properties"),
        ({"properties": {"a": 5}}, "a"),
        ({"enum": "abc"}, "enum"),
        ({"additionalProperties": {}}, "additionalProperties"),
        ({"items": {"items": {"items": {"items": {"items": {"items": {}}}}}}}, "depth"),
    ],
)
def test_what_would_not_be_checked_is_refused(schema: dict[str, Any], word: str) -> None:
    with pytest.raises(UnsupportedSchema) as refused:
        compile_schema(schema)
    assert refused.value.word == word
