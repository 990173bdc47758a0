"""Write what others build against: `python -m omenigen.main.docs` makes docs/events.md and server/tests/contracts."""

import asyncio
import json
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from omenigen import modules
from omenigen.kit.outbox import Fact
from omenigen.kit.settings import REPOSITORY
from omenigen.main.app import make_app
from omenigen.main.container import make_container
from omenigen.main.settings import Settings

CONTRACTS = REPOSITORY / "server" / "tests" / "contracts"
EVENTS_PAGE = REPOSITORY / "docs" / "events.md"


def documents() -> dict[Path, str]:
    """Return every generated file with what it should say now."""
    facts = every_fact()
    schemas = {CONTRACTS / "events" / f"{fact.subject}.json": _as_json(fact_schema(fact)) for fact in facts}
    return {CONTRACTS / "openapi.json": _as_json(openapi()), EVENTS_PAGE: events_page(facts), **schemas}


def openapi() -> dict[str, Any]:
    """Return the description of the whole HTTP surface; nothing is connected to."""
    settings = Settings()

    async def describe() -> dict[str, Any]:
        container = make_container(settings)
        try:
            return (await make_app(container, settings)).openapi()
        finally:
            await container.close()

    return asyncio.run(describe())


def every_fact() -> list[type[Fact]]:
    """List the facts of all modules, by subject."""
    for found in pkgutil.iter_modules(modules.__path__, f"{modules.__name__}."):
        for inner in pkgutil.iter_modules(import_module(found.name).__path__, f"{found.name}."):
            if inner.name.endswith(".events"):
                import_module(inner.name)
    told = [fact for fact in _below(Fact) if fact.__module__.startswith(modules.__name__)]
    return sorted(told, key=lambda fact: fact.subject)


def fact_schema(fact: type[Fact]) -> dict[str, Any]:
    """Return the JSON Schema of a fact's `data`; readers ignore fields they do not know."""
    schema = TypeAdapter(fact).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": fact.subject}


def events_page(facts: Iterable[type[Fact]]) -> str:
    """Write the page that lists all facts."""
    return "\n".join([*_INTRODUCTION, *(line for fact in facts for line in _about(fact))])


_INTRODUCTION = [
    "# Facts",
    "",
    "Everything that happens is told once, on JetStream, under the subject `<module>.<fact>`:",
    '`{"id": 17, "subject": "…", "at": "2026-05-01T12:00:00+00:00", "data": {…}}`. The id is for ever: a',
    "consumer that has seen it does nothing. `data` only gains fields; ignore those you do not know. JSON Schemas of",
    "`data` lie in `server/tests/contracts/events/`. This page is written by `python -m omenigen.main.docs`.",
    "",
]


def _about(fact: type[Fact]) -> list[str]:
    schema = fact_schema(fact)
    required = set(schema.get("required", []))
    rows = [
        f"| `{name}` | {_type_of(field, schema)} | {'' if name in required else 'optional'} |"
        for name, field in schema.get("properties", {}).items()
    ]
    table = ["| field | type | |", "|---|---|---|", *rows, ""] if rows else []
    return [f"## `{fact.subject}`", "", " ".join((fact.__doc__ or "").split()), "", *table]


def _type_of(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return _type_of(schema["$defs"][field["$ref"].rsplit("/", 1)[-1]], schema)
    if "anyOf" in field:
        return " or ".join(_type_of(one, schema) for one in field["anyOf"])
    if "enum" in field:
        return " · ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type_of(field.get('items', {}), schema)}"
    return str(field.get("format") or field.get("type") or "any")


def _below(kind: type[Fact]) -> list[type[Fact]]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child)) if _is_told(found)]


def _is_told(fact: type[Fact]) -> bool:
    # A dataclass with slots is a second class; the first one lingers among the subclasses, under no name.
    return getattr(sys.modules[fact.__module__], fact.__name__, None) is fact


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the files that changed and remove schemas of facts that are no more."""
    wanted = documents()
    for path in set((CONTRACTS / "events").glob("*.json")) - set(wanted):
        path.unlink()
        sys.stdout.write(f"removed {path.relative_to(REPOSITORY)}\n")
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(REPOSITORY)}\n")


if __name__ == "__main__":
    main()
