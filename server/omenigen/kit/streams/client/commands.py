"""A client's writes: kept until the base shows them, remembered for a week in case the server forgets them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JOURNAL_SECONDS = 7 * 24 * 3600.0


class Undelivered(Exception):
    """Nobody knows whether the command arrived: it is sent again with the same `client_id`."""


class Refused(Exception):
    """The server said no, for good."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The server's answer: it holds, and these streams stand at these versions."""

    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One write. `client_id` is unique for ever, so that sending it again is harmless.

    `undoes` names the command whose effect this one takes back: after a restore only the undoing is sent again.
    """

    client_id: str
    verb: str
    body: Mapping[str, Any]
    undoes: str | None = None


class Standing(StrEnum):
    """How far a write has come."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"


@dataclass(slots=True)
class Row:
    """A write in the overlay."""

    command: Command
    standing: Standing = Standing.QUEUED
    versions: Mapping[str, int] = field(default_factory=dict)
    restored: bool = False
    """Whether it is sent again to a server that was restored."""


class Commands:
    """The outbox (what the base does not show yet) and the journal (what was accepted, for a week)."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._journal: dict[str, tuple[Command, float]] = {}
        self._deleted: set[str] = set()

    def add(self, command: Command, *, restored: bool = False) -> None:
        """Queue a write."""
        self.rows[command.client_id] = Row(command, restored=restored)

    def next(self) -> Row | None:
        """Return the oldest write that waits to be sent."""
        return next((row for row in self.rows.values() if row.standing is Standing.QUEUED), None)

    def accepted(self, row: Row, answer: Accepted, *, now: float) -> None:
        """Note that the server holds a write. The answer moves no cursor: the row waits for the base to say it."""
        row.standing = Standing.ACCEPTED
        row.versions = answer.versions
        command = row.command
        self._journal[command.client_id] = (command, now)
        if command.undoes is not None:
            self._deleted.add(command.undoes)

    def refused(self, row: Row) -> None:
        """Forget a write that the server will never take."""
        self.rows.pop(row.command.client_id, None)

    def failed(self, row: Row) -> None:
        """Put a write back: it may have arrived or not."""
        row.standing = Standing.QUEUED

    def settle(self, version_of: Callable[[str], int | None]) -> None:
        """Drop from the overlay what the base has reached."""
        for client_id, row in list(self.rows.items()):
            if row.standing is Standing.ACCEPTED and all(
                (held := version_of(stream)) is None or held >= version for stream, version in row.versions.items()
            ):
                del self.rows[client_id]

    def proved(self, client_id: str, *, now: float) -> None:
        """Drop a write that a frame shows: its entity carries our `client_id`."""
        row = self.rows.pop(client_id, None)
        if row is not None:
            self._journal.setdefault(client_id, (row.command, now))

    def vanished(self, client_id: str) -> None:
        """Note that what a write made has been deleted: it is never sent again."""
        self._deleted.add(client_id)

    def replay(self, *, now: float) -> list[Command]:
        """Return what to send again to a server that was restored: own writes of a week that were not deleted."""
        self._journal = {
            client_id: (command, at) for client_id, (command, at) in self._journal.items() if now - at < JOURNAL_SECONDS
        }
        undone = self._deleted | {row.command.undoes for row in self.rows.values()}
        return [
            command
            for command, _ in self._journal.values()
            if command.client_id not in undone and command.client_id not in self.rows
        ]
