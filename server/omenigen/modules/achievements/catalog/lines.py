"""YAML that remembers its lines, so that a refusal can point at one."""

from pathlib import Path
from typing import Any

import yaml

from omenigen.modules.achievements.catalog.problems import PackRefused, Problem


class Lined(dict[str, Any]):  # Any: whatever the author wrote
    """A mapping that knows on which line it and each of its keys began (1-based; 0: not from a file)."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Line of a key, or of the mapping itself where the key is missing."""
        return self.lines.get(key, self.line)


def read_yaml(text: str, *, file: str) -> Any:  # Any: whatever the author wrote
    """Read one YAML document. Raises `PackRefused` for broken YAML and for a key written twice."""
    loader = yaml.SafeLoader(text)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):  # aliases can swell without end
            raise PackRefused.of(Problem(file=file, line=1, reason="alias_used"))
        node = loader.get_single_node()
        return None if node is None else _build(loader, node, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or type(error).__name__
        line = mark.line + 1 if mark else 1
        raise PackRefused.of(Problem(file=file, line=line, reason="broken_yaml", params={"error": reason})) from error
    finally:
        loader.dispose()


def read_yaml_file(path: Path) -> Any:  # Any: whatever the author wrote
    """Read a YAML file; refusals name it by its last two parts."""
    return read_yaml(path.read_text(encoding="utf-8"), file="/".join(path.parts[-2:]))


def without_lines(value: Any) -> Any:  # Any: JSON in, JSON out
    """Give the same value as plain dictionaries and lists."""
    if isinstance(value, dict):
        return {key: without_lines(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_lines(inner) for inner in value]
    return value


def with_lines(value: Any) -> Any:  # Any: JSON in, the same with line 0
    """Give JSON that came without a file the shape that the parser reads."""
    if isinstance(value, dict):
        lined = Lined()
        lined.update({str(key): with_lines(inner) for key, inner in value.items()})
        return lined
    if isinstance(value, list):
        return [with_lines(inner) for inner in value]
    return value


def _build(loader: yaml.SafeLoader, node: yaml.Node, file: str) -> Any:  # Any: whatever the author wrote
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, file) for child in node.value]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node, deep=True)
    lined = Lined(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in lined:
            raise PackRefused.of(Problem(file=file, line=line, reason="double_key", params={"key": key}))
        lined[key] = _build(loader, value_node, file)
        lined.lines[key] = line
    return lined
