"""Details of events against their type's schema: a small, quick part of JSON Schema, compiled once."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], str | None]  # Any: JSON
"""Look at a value under its path; say what is wrong with it, or None."""

_WORDS = frozenset(
    {
        "type", "properties", "required", "additionalProperties", "enum", "const", "minimum", "maximum",
        "minLength", "maxLength", "pattern", "items", "minItems", "maxItems", "title", "description", "$schema",
    }
)  # fmt: skip
_DEPTH = 5


class UnsupportedSchema(Exception):
    """The schema uses a word, or a value of one, that is not checked here."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def compile_schema(schema: Mapping[str, Any], *, depth: int = 0) -> Check:  # Any: JSON
    """Turn a schema into a function. Raises `UnsupportedSchema` for what it would not check."""
    if depth > _DEPTH:
        raise UnsupportedSchema("depth")
    for word in schema:
        if word not in _WORDS:
            raise UnsupportedSchema(word)
    checks = list(_checks(schema, depth))

    def check(value: Any, path: str) -> str | None:  # Any: JSON
        for one in checks:
            if (wrong := one(value, path)) is not None:
                return wrong
        return None

    return check


def _checks(schema: Mapping[str, Any], depth: int) -> Iterator[Check]:  # Any: JSON
    if "type" in schema:
        yield _type(schema["type"])
    if "enum" in schema:
        yield _one_of(_list(schema, "enum"))
    if "const" in schema:
        yield _one_of([schema["const"]])
    for word in ("minimum", "maximum"):
        if word in schema:
            yield _bound(word, _number(schema, word))
    for word, kind in (("Length", str), ("Items", list)):
        low, high = schema.get(f"min{word}"), schema.get(f"max{word}")
        if low is not None or high is not None:
            yield _size(kind, _whole(low, f"min{word}", 0), _whole(high, f"max{word}", 10**9))
    if "pattern" in schema:
        yield _pattern(schema["pattern"])
    if "items" in schema:
        yield _items(compile_schema(_mapping(schema, "items"), depth=depth + 1))
    if {"properties", "required", "additionalProperties"} & schema.keys():
        yield _properties(schema, depth)


_TYPES: Mapping[str, Callable[[Any], bool]] = {  # Any: JSON
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    ),
}


def _type(names: Any) -> Check:  # Any: JSON
    listed = names if isinstance(names, list) else [names]
    if not listed or any(not isinstance(name, str) or name not in _TYPES for name in listed):
        raise UnsupportedSchema("type")
    tests = [_TYPES[name] for name in listed]
    said = " | ".join(listed)
    return lambda value, path: None if any(test(value) for test in tests) else f"{path}: {said}"


def _one_of(values: list[Any]) -> Check:  # Any: JSON
    said = ", ".join(repr(value) for value in values)[:120]
    # True == 1 in Python, not in JSON.
    kept = [(type(value) is bool, value) for value in values]
    return lambda value, path: None if (type(value) is bool, value) in kept else f"{path}: {said}"


def _bound(word: str, limit: float) -> Check:
    def check(value: Any, path: str) -> str | None:  # Any: JSON
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        if word == "minimum":
            return None if value >= limit else f"{path}: ≥ {limit:g}"
        return None if value <= limit else f"{path}: ≤ {limit:g}"

    return check


def _size(kind: type, low: int, high: int) -> Check:
    def check(value: Any, path: str) -> str | None:  # Any: JSON
        if not isinstance(value, str | list) or not isinstance(value, kind) or low <= len(value) <= high:
            return None
        return f"{path}: {low}…{high}"

    return check


def _pattern(pattern: Any) -> Check:  # Any: JSON
    if not isinstance(pattern, str) or len(pattern) > 100 or re.search(r"[)*+}][*+{]", pattern):
        # A repeated group, or a repeat of a repeat, may take for ever on a hostile text.
        raise UnsupportedSchema("pattern")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UnsupportedSchema("pattern") from error
    return lambda value, path: (
        None if not isinstance(value, str) or compiled.search(value[:256]) else f"{path}: {pattern}"
    )


def _items(inner: Check) -> Check:
    def check(value: Any, path: str) -> str | None:  # Any: JSON
        if not isinstance(value, list):
            return None
        return next((wrong for n, one in enumerate(value) if (wrong := inner(one, f"{path}[{n}]")) is not None), None)

    return check


def _properties(schema: Mapping[str, Any], depth: int) -> Check:  # Any: JSON
    known = {
        name: compile_schema(_mapping({name: part}, name), depth=depth + 1)
        for name, part in _mapping(schema, "properties").items()
    }
    required = [str(name) for name in _list(schema, "required")]
    more = schema.get("additionalProperties", True)
    if not isinstance(more, bool):
        raise UnsupportedSchema("additionalProperties")

    def check(value: Any, path: str) -> str | None:  # Any: JSON
        if not isinstance(value, dict):
            return None
        for name in required:
            if name not in value:
                return f"{path}.{name}: required"
        for name, part in value.items():
            if name in known:
                if (wrong := known[name](part, f"{path}.{name}")) is not None:
                    return wrong
            elif not more:
                return f"{path}.{name}: unknown"
        return None

    return check


def _mapping(schema: Mapping[str, Any], word: str) -> Mapping[str, Any]:  # Any: JSON
    value = schema.get(word, {})
    if not isinstance(value, Mapping):
        raise UnsupportedSchema(word)
    return value


def _list(schema: Mapping[str, Any], word: str) -> list[Any]:  # Any: JSON
    value = schema.get(word, [])
    if not isinstance(value, list):
        raise UnsupportedSchema(word)
    return value


def _number(schema: Mapping[str, Any], word: str) -> float:  # Any: JSON
    value = schema[word]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UnsupportedSchema(word)
    return value


def _whole(value: Any, word: str, otherwise: int) -> int:  # Any: JSON
    if value is None:
        return otherwise
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnsupportedSchema(word)
    return value
