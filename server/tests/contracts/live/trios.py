"""Golden trios: what a screen held before a verb, the patches that the verb made, and what it must hold after.

The server test writes them by running the verb; the web's test reaches `after` from `before` by `patches`. A case is
a folder `<module>/<case>` with `before.json`, `patches.json`, `after.json`, and `verbs.json`: the places in the code
that appended, by which the build knows what has no trio yet. `UPDATE_TRIOS=1` writes anew what has changed.
"""

import ast
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
from dishka import AsyncContainer

from omenigen.gateways.live.hub import Hub
from omenigen.kit.db import Database
from omenigen.kit.settings import REPOSITORY
from omenigen.kit.streams import StreamKinds, Streams, Written
from omenigen.kit.streams.client import Replica
from omenigen.kit.streams.reading import still_picture

FOLDER = Path(__file__).parent
MODULES = REPOSITORY / "server" / "omenigen" / "modules"
_APPENDING = frozenset({"streams.append", "_streams.append"})
FILES = ("before.json", "patches.json", "after.json", "verbs.json")
Map = dict[str, Any]


@asynccontextmanager
async def trio(container: AsyncContainer, module: str, case: str, *, stream: str) -> AsyncIterator[None]:
    """Run the block, and keep (or compare) the trio of what it did to a stream.

    Fails where `before` and the patches do not give `after`: a snapshot and its patches have one builder.
    """
    before = await snapshot(container, stream)
    heard: list[Written] = []
    verbs: set[str] = set()
    announce, append = Hub.announce, Streams.append

    def hear(hub: Hub, written: list[Written]) -> None:
        heard.extend(one for one in written if one.stream == stream)
        announce(hub, written)

    def note(streams: Streams, name: str, **changes: Any) -> None:
        if name == stream:
            verbs.add(_place(sys._getframe(1)))
        append(streams, name, **changes)

    with patch.object(Hub, "announce", hear), patch.object(Streams, "append", note):
        yield
    after = await snapshot(container, stream)
    patches = [_frame(one) for one in heard]
    assert patches, f"{module}/{case} appended nothing to {stream}"
    assert applied(stream, before, patches) == after, f"{module}/{case}: before + patches is not after"
    keep(FOLDER / module / case, before, patches, after, sorted(verbs))


async def snapshot(container: AsyncContainer, stream: str) -> Map:
    """Return a fresh copy of a stream."""
    kinds, database = await container.get(StreamKinds), await container.get(Database)
    async with still_picture(database.sessions) as db:
        copies = await kinds.snapshot(db, [stream])
    return {key: orjson.loads(value) for key, value in copies[stream].items()}


def applied(stream: str, before: Map, patches: list[Map]) -> Map:
    """Return what a client holds after some patches."""
    replica = Replica()
    replica.want(stream)
    replica.load(stream, patches[0]["from"], before)
    for frame in patches:
        assert replica.patch(frame)
    return replica.entities(stream)


def keep(folder: Path, before: Map, patches: list[Map], after: Map, verbs: list[str]) -> None:
    """Compare with the trio on disk; write it where it is new or asked for."""
    texts = [_text(part) for part in (before, patches, after, verbs)]
    kept = [(folder / name).read_text() if (folder / name).exists() else None for name in FILES]
    if kept == texts:
        return
    if os.environ.get("UPDATE_TRIOS") or not any(kept):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in zip(FILES, texts, strict=True):
            (folder / name).write_text(text)
        assert os.environ.get("UPDATE_TRIOS"), f"{folder.name} was written for the first time: look at it and commit it"
    raise_if_different(folder, kept, texts)


def raise_if_different(folder: Path, kept: list[str | None], texts: list[str]) -> None:
    """Fail with the name of the part that has changed, unless it was to be written."""
    if not os.environ.get("UPDATE_TRIOS"):
        changed = [name for name, old, new in zip(FILES, kept, texts, strict=True) if old != new]
        raise AssertionError(f"{folder.parent.name}/{folder.name}: {changed} changed; UPDATE_TRIOS=1 writes it anew")


def places_that_append() -> set[str]:
    """Return every function of the modules that appends to a stream: `module.path:Class.function`."""
    found: set[str] = set()
    for path in MODULES.rglob("*.py"):
        module = ".".join(path.relative_to(MODULES).with_suffix("").parts)
        _walk(ast.parse(path.read_text(encoding="utf-8")), module, "", found)
    return found


def places_with_a_trio() -> set[str]:
    """Return the functions that some trio on disk has run."""
    return {place for path in FOLDER.rglob("verbs.json") for place in orjson.loads(path.read_bytes())}


def _walk(node: ast.AST, module: str, inside: str, found: set[str]) -> None:
    for child in ast.iter_child_nodes(node):
        name = inside
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{inside}.{child.name}" if inside else child.name
        elif isinstance(child, ast.Call) and ast.unparse(child.func).removeprefix("self.") in _APPENDING:
            found.add(f"{module}:{inside}")
        _walk(child, module, name, found)


def _place(frame: Any) -> str:  # Any: CPython's frame object
    module = str(frame.f_globals["__name__"]).removeprefix("omenigen.modules.")
    return f"{module}:{frame.f_code.co_qualname}"


def _frame(one: Written) -> Map:
    frame: Map = {"op": "patch", "stream": one.stream, "from": one.from_, "to": one.to}
    frame |= {"put": one.entities, "drop": list(one.drop)}
    return frame if one.why is None else {**frame, "why": one.why}


def _text(part: object) -> str:
    return orjson.dumps(part, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
