"""What others build against is what the code says: openapi.json, event schemas, docs/events.md."""

import json

import pytest

from omenigen.kit.settings import REPOSITORY
from omenigen.main import docs


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    return {str(path.relative_to(REPOSITORY)): text for path, text in docs.documents().items()}


def test_generated_documents_are_up_to_date(documents: dict[str, str]) -> None:
    old = [name for name, text in documents.items() if _kept(name) != text]
    assert old == [], "run: python -m omenigen.main.docs"


def test_no_schema_of_a_fact_that_is_no_more(documents: dict[str, str]) -> None:
    kept = {str(path.relative_to(REPOSITORY)) for path in (docs.CONTRACTS / "events").glob("*.json")}
    assert kept == {name for name in documents if "/events/" in name}


def test_every_fact_is_described_once_and_in_words(documents: dict[str, str]) -> None:
    facts = docs.every_fact()
    assert len({fact.subject for fact in facts}) == len(facts) > 0
    assert [fact.subject for fact in facts if not (fact.__doc__ or "").strip()] == []
    page = documents["docs/events.md"]
    assert all(page.count(f"## `{fact.subject}`\n") == 1 for fact in facts)


def test_openapi_describes_every_operation_in_words_and_with_its_refusals() -> None:
    schema = json.loads((docs.CONTRACTS / "openapi.json").read_text(encoding="utf-8"))
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    silent = [
        name
        for name, operation in operations.items()
        if name.partition(" ")[2].startswith("/api/v1/") and not any(code[0] == "4" for code in operation["responses"])
    ]
    assert silent == []


def test_openapi_names_only_schemas_that_it_holds() -> None:
    text = (docs.CONTRACTS / "openapi.json").read_text(encoding="utf-8")
    held = json.loads(text)["components"]["schemas"]
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named - set(held) == set()


def _kept(name: str) -> str | None:
    path = REPOSITORY / name
    return path.read_text(encoding="utf-8") if path.exists() else None
