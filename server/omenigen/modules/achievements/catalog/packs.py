"""Read the packs of `content/achievements`: `types.yaml`, and every other file a list of rules."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from omenigen.modules.achievements.catalog.book import Catalog
from omenigen.modules.achievements.catalog.checking import Known, check_requires, check_rule
from omenigen.modules.achievements.catalog.descriptions import EventType, Rule, Season
from omenigen.modules.achievements.catalog.lines import Lined, read_yaml, read_yaml_file, with_lines
from omenigen.modules.achievements.catalog.parsing import parse_rule, parse_season, parse_type
from omenigen.modules.achievements.catalog.problems import Problems

TYPES_FILE = "types.yaml"


def load_catalog(folder: Path) -> Catalog:
    """Load the packs of a folder. Raises `PackRefused` with file, line and reason of everything that is wrong."""
    stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.yaml")))
    types, rules, seasons = _read_packs(folder, stamp)
    return Catalog(types=types, rules=rules, seasons=seasons)


@lru_cache(maxsize=4)
def _read_packs(
    folder: Path, stamp: tuple[tuple[str, int], ...]
) -> tuple[tuple[EventType, ...], tuple[Rule, ...], tuple[Season, ...]]:
    """Read and check everything. Frozen descriptions may be shared, so unchanged files (`stamp`) are read once."""
    types, seasons = load_types(folder / TYPES_FILE)
    known = Known.of(types, seasons)
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name != TYPES_FILE:
            problems = Problems("/".join(path.parts[-2:]))
            rules += [check_rule(rule, known, problems) for rule in _rules(read_yaml_file(path), problems)]
            problems.raise_any()
    problems = Problems(folder.name)
    check_requires(rules, problems)
    problems.raise_any()
    return tuple(types), tuple(rules), tuple(seasons)


def load_types(path: Path) -> tuple[list[EventType], list[Season]]:
    """Load event types and seasons. Raises `PackRefused`."""
    problems = Problems("/".join(path.parts[-2:]))
    body = read_yaml_file(path)
    if not isinstance(body, Lined):
        problems.add("bad_mapping", line=1, field="types")
        problems.raise_any()
    types = [parse_type(one, problems) for one in _mappings(body.get("types"), "types", body, problems)]
    parsed = [parse_season(one, problems) for one in _mappings(body.get("seasons", []), "seasons", body, problems)]
    codes = [kind.code for kind in types]
    for code in {code for code in codes if codes.count(code) > 1}:
        problems.add("double_type", line=body.line_of("types"), code=code)
    problems.raise_any()
    return types, [season for season in parsed if season is not None]


def parse_pack(text: str, *, file: str) -> list[Rule]:
    """Read rules from YAML text; the metrics are looked over by `Catalog.checked`. Raises `PackRefused`."""
    problems = Problems(file)
    rules = _rules(read_yaml(text, file=file), problems)
    problems.raise_any()
    return rules


def parse_body(body: Any, *, file: str) -> Rule:  # Any: JSON from a request or a row
    """Read one rule from JSON. Raises `PackRefused`."""
    problems = Problems(file)
    from_json = _rules([with_lines(body)], problems)
    problems.raise_any()
    return from_json[0]


def _rules(body: Any, problems: Problems) -> list[Rule]:  # Any: what the author wrote
    if isinstance(body, Lined) and "rules" in body:
        body = body["rules"]
    elif isinstance(body, Lined):
        body = [body]
    if not isinstance(body, list):
        problems.add("bad_list", line=1, field="rules")
        return []
    found: list[Rule] = []
    for one in body:
        if not isinstance(one, Lined):
            problems.add("bad_mapping", line=1, field="rules")
            continue
        rule = parse_rule(one, problems)
        if rule is not None:
            found.append(rule)
    return found


def _mappings(value: Any, field: str, body: Lined, problems: Problems) -> Iterable[Lined]:  # Any: as above
    if isinstance(value, list) and all(isinstance(one, Lined) for one in value):
        return value
    problems.add("bad_list", line=body.line_of(field), field=field)
    return ()
