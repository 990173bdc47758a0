"""What streams there are: who may follow a kind, what a fresh copy holds, what may be said on it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller
from omenigen.kit.streams.types import Encoded, Entity, encode, prefix_of

Gate = Callable[[AsyncSession, Caller, Sequence[str]], Awaitable[set[str]]]
"""Which of the named streams the caller may follow now; one query for all of them."""

Entities = Mapping[str, Mapping[str, Entity]]
"""Entities by stream and key."""


class Snapshot(Protocol):
    """Build fresh copies of streams from the tables of their module."""

    async def __call__(
        self, db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
    ) -> Entities:
        """Return the entities of each named stream, `window` newest of what is windowed; None means all parts."""
        ...


class PartSnapshot(Protocol):
    """Build one module's part of streams that several modules share."""

    async def __call__(self, db: AsyncSession, names: Sequence[str], window: int) -> Entities:
        """Return this part's entities of each named stream."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something a follower said that no table keeps."""

    caller: Caller
    stream: str
    k: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A word that followers may say on a kind of stream.

    `check` returns the clean body or raises `ValueError`. Without `handle` the body is relayed to the other followers
    as an ephemeral frame that lives `ttl` seconds; `addressed` lets it name one socket. `rate` is per second and
    follower, in each stream on its own when `per_stream`.
    """

    check: Callable[[Mapping[str, Any]], dict[str, Any]]
    rate: float
    burst: int = 1
    ttl: int | None = None
    addressed: bool = False
    per_stream: bool = True
    handle: Callable[[Said], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamKind:
    """All streams with one prefix, as the owning module declares them."""

    prefix: str
    gate: Gate
    snapshot: Snapshot
    says: Mapping[str, Say] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPart:
    """A part that another module adds to a kind; a client may ask for some parts by name, patches need none."""

    prefix: str
    name: str
    snapshot: PartSnapshot


class StreamKinds:
    """Every kind and part of this installation."""

    def __init__(self, kinds: Iterable[StreamKind], parts: Iterable[StreamPart] = ()) -> None:
        self._kinds: dict[str, StreamKind] = {}
        for kind in kinds:
            if kind.prefix in self._kinds:
                raise ValueError(f"two kinds of stream are called {kind.prefix}")
            self._kinds[kind.prefix] = kind
        self._parts: dict[str, dict[str, StreamPart]] = defaultdict(dict)
        for part in parts:
            if part.prefix not in self._kinds or part.name in self._parts[part.prefix]:
                raise ValueError(f"part {part.name} has no kind {part.prefix}, or is there twice")
            self._parts[part.prefix][part.name] = part

    def __iter__(self) -> Iterable[StreamKind]:
        return iter(self._kinds.values())

    def says(self, stream: str) -> Mapping[str, Say]:
        """Return the words of a stream's kind."""
        kind = self._kinds.get(prefix_of(stream))
        return kind.says if kind is not None else {}

    async def admit(self, db: AsyncSession, caller: Caller, names: Iterable[str]) -> set[str]:
        """Return which of the streams the caller may follow; one question per kind, unknown kinds refuse."""
        admitted: set[str] = set()
        for prefix, group in _by_prefix(names).items():
            if (kind := self._kinds.get(prefix)) is not None:
                admitted |= await kind.gate(db, caller, group) & set(group)
        return admitted

    async def snapshot(
        self, db: AsyncSession, names: Iterable[str], *, parts: Collection[str] | None = None, window: int = 50
    ) -> dict[str, dict[str, Encoded]]:
        """Return fresh copies of streams whose gate has been asked already."""
        copies: dict[str, dict[str, Encoded]] = {}
        for prefix, group in _by_prefix(names).items():
            for name in group:
                copies[name] = {}
            kind = self._kinds[prefix]
            _add(copies, await kind.snapshot(db, group, parts, window))
            for part in self._parts[prefix].values():
                if parts is None or part.name in parts:
                    _add(copies, await part.snapshot(db, group, window))
        return copies


def _by_prefix(names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[prefix_of(name)].append(name)
    return groups


def _add(copies: dict[str, dict[str, Encoded]], entities: Entities) -> None:
    for name, by_key in entities.items():
        copies[name].update({key: encode(entity) for key, entity in by_key.items()})
