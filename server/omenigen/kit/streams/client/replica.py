"""A client's copies of streams: only frames and fresh copies change them, never the answer to a write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omenigen.kit.streams import gap

Entity = dict[str, Any]
Frame = Mapping[str, Any]


@dataclass(slots=True)
class Kept:
    """An entity and the version it is true at."""

    version: int
    entity: Entity


@dataclass(slots=True)
class Copy:
    """One stream as this client has it. `version` is None until a fresh copy has been loaded."""

    version: int | None = None
    entities: dict[str, Kept] = field(default_factory=dict)
    loading: bool = False
    waiting: list[Frame] = field(default_factory=list)


class Replica:
    """Keep a map per stream and apply the client rules to what arrives."""

    def __init__(self, *, on_change: Callable[[str, Frame], None] | None = None) -> None:
        self.epoch: str | None = None
        self.copies: dict[str, Copy] = {}
        self._on_change = on_change or (lambda stream, frame: None)

    def want(self, stream: str) -> None:
        """Begin to hold a stream; it is empty until loaded."""
        self.copies.setdefault(stream, Copy())

    def have(self) -> dict[str, int | None]:
        """Return what to follow with: each stream and the version held."""
        return {name: copy.version for name, copy in self.copies.items()}

    def entities(self, stream: str) -> dict[str, Entity]:
        """Return a stream's map."""
        copy = self.copies.get(stream)
        return {} if copy is None else {key: kept.entity for key, kept in copy.entities.items()}

    def begin_epoch(self, epoch: str) -> bool:
        """Note the epoch; a new one wipes every copy. Return whether it was another one."""
        replaced = self.epoch is not None and self.epoch != epoch
        if replaced:
            for name in self.copies:
                self.copies[name] = Copy()
        self.epoch = epoch
        return replaced

    def patch(self, frame: Frame) -> bool:
        """Apply a patch by the gap rule; return False where it must wait for what is missing before it."""
        copy = self.copies.get(frame["stream"])
        if copy is None:
            return True
        if copy.loading or copy.version is None:
            copy.waiting.append(frame)
            return True
        match gap.place(copy.version, from_=frame["from"], to=frame["to"]):
            case gap.Place.NEXT:
                self._apply(copy, frame)
                self._drain(copy)
            case gap.Place.AHEAD:
                copy.waiting.append(frame)
                return False
            case gap.Place.KNOWN:
                pass
        return True

    def reload(self, frame: Frame) -> bool:
        """Expect a fresh copy of a stream; newer patches wait for it. Return whether the stream is held at all."""
        copy = self.copies.get(frame["stream"])
        if copy is None:
            return False
        copy.loading = True
        return True

    def load(self, stream: str, version: int, entities: Mapping[str, Entity]) -> None:
        """Take a fresh copy in place of what was held, and what arrived meanwhile on top of it."""
        copy = self.copies.get(stream)
        if copy is None:
            return
        dropped = [key for key in copy.entities if key not in entities]
        copy.entities = {key: Kept(version, entity) for key, entity in entities.items()}
        copy.version = version
        copy.loading = False
        put: Mapping[str, Any] = entities
        self._on_change(stream, {"op": "load", "stream": stream, "to": version, "put": put, "drop": dropped})
        self._drain(copy)

    def read_page(self, stream: str, version: int, entities: Mapping[str, Entity]) -> None:
        """Take a page that was read over HTTP at `version`: it replaces older entities only and moves no cursor."""
        copy = self.copies.get(stream)
        if copy is None:
            return
        for key, entity in entities.items():
            kept = copy.entities.get(key)
            if kept is None or kept.version < version:
                copy.entities[key] = Kept(version, entity)

    def gone(self, stream: str) -> None:
        """Wipe a stream that may not be followed any more."""
        self.copies.pop(stream, None)
        self._on_change(stream, {"op": "gone", "stream": stream})

    def waits(self) -> list[str]:
        """Return the streams that have a hole before what waits."""
        return [name for name, copy in self.copies.items() if copy.waiting and not copy.loading]

    def is_settled(self) -> bool:
        """Tell whether nothing is being loaded and nothing waits."""
        return all(copy.version is not None and not copy.loading and not copy.waiting for copy in self.copies.values())

    def totals(self) -> tuple[int, int]:
        """Return how many streams are held and the sum of their versions mod 2³², as a `pong` says them."""
        return len(self.copies), sum(copy.version or 0 for copy in self.copies.values()) % 2**32

    def _apply(self, copy: Copy, frame: Frame) -> None:
        version = frame["to"]
        for key, entity in frame["put"].items():
            copy.entities[key] = Kept(version, entity)
        for key in frame["drop"]:
            copy.entities.pop(key, None)
        copy.version = version
        self._on_change(frame["stream"], frame)

    def _drain(self, copy: Copy) -> None:
        waiting, copy.waiting = sorted(copy.waiting, key=lambda frame: int(frame["to"])), []
        for frame in waiting:
            self.patch(frame)
