"""Traces: what one device lived through in a run of the simulation, for clients written in another language.

From server/:  ../.venv/bin/python -m tests.sim.traces    (writes tests/contracts/live/traces.json.gz)

A trace is a list of events in the order of the device: `open` and `closed` (a connection), `frame` (what arrived),
`want` (streams that the person now looks at), `asked` (what the client said it holds; null: nothing, or a copy is on
its way), `copies` (an answer over HTTP arrived), `sent`, `answered` and `refused` (writes). `ends` is what a fresh
snapshot held when all was quiet. Whoever is given the same events must ask the same and end with the same.
"""

import gzip
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.tuning import Tuning
from omenigen.kit.streams.client import Accepted, Command, Line, LineClosed, LiveClient, Refused
from tests.sim.database import SimDatabase
from tests.sim.devices import Device
from tests.sim.world import Plan, World, simulated

FILE = Path(__file__).parents[1] / "contracts/live/traces.json.gz"
SEEDS = range(1001, 1021)
STEPS = 200
_FORGOTTEN = frozenset({"now", "socket", "limits", "v", "beat"})
"""Of a hello: what no client's state depends on."""


class TracedDevice(Device):
    """A device that writes down what it lives through."""

    def __init__(self, **parts: Any) -> None:  # Any: a device's own parts, passed on
        self.events: list[list[Any]] = []
        self.ends: Mapping[str, Any] = {}
        super().__init__(**parts)

    async def open(self) -> Line:
        line = await super().open()
        self.events.append(["open"])
        return _TracedLine(line, self)

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        answer = await super().copies(streams)
        self.events.append(["copies", answer])
        return answer

    async def send(self, command: Command) -> Accepted:
        self.events.append(["sent", command.client_id])
        try:
            answer = await super().send(command)
        except Refused:
            self.events.append(["refused", command.client_id])
            raise
        self.events.append(["answered", command.client_id, dict(answer.versions)])
        return answer

    def end_with(self, fresh: Mapping[str, Mapping[str, Any]]) -> None:
        self.ends = fresh


class TracedClient(LiveClient):
    """The client of a traced device."""

    async def follow(self, *streams: str) -> None:
        assert isinstance(self._dial, TracedDevice)
        self._dial.events.append(["want", list(streams)])
        await super().follow(*streams)


class _TracedLine:
    def __init__(self, line: Line, device: TracedDevice) -> None:
        self._line = line
        self._device = device

    async def send(self, text: str) -> None:
        said = orjson.loads(text)
        if said["op"] == "follow":
            copies = self._device.client.replica.copies
            have = {name: None if copies[name].loading else version for name, version in said["have"].items()}
            self._device.events.append(["asked", have])
        await self._line.send(text)

    async def receive(self) -> str:
        try:
            text = await self._line.receive()
        except LineClosed as closed:
            self._device.events.append(["closed", closed.code])
            raise
        frame = {key: value for key, value in orjson.loads(text).items() if key not in _FORGOTTEN}
        self._device.events.append(["frame", frame])
        return text

    async def close(self) -> None:
        await self._line.close()


def traces(database: SimDatabase, seeds: Sequence[int] = SEEDS) -> list[dict[str, Any]]:
    """Run each seed and return the trace of its most tried device that is still signed in."""
    return [_trace(database, seed) for seed in seeds]


def written(found: Sequence[Mapping[str, Any]]) -> bytes:
    """Return traces as they are kept: the same traces, the same bytes before compression."""
    return b"[" + b",\n".join(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in found) + b"]\n"


def _trace(database: SimDatabase, seed: int) -> dict[str, Any]:
    world: World
    world, report = simulated(database, seed, steps=STEPS, plan=Plan(client=TracedClient, device=TracedDevice))
    assert report.complaints == [], f"seed {seed}: {report.complaints}"
    devices = [one for one in world.devices if isinstance(one, TracedDevice) and one.ends]
    device = max(devices, key=lambda one: (_tried(one), -one.session))
    return {"seed": seed, "user": device.user, "events": _with_short_epochs(device.events), "ends": device.ends}


def _tried(device: TracedDevice) -> int:
    """Count what is hard on a client: connections, fresh copies, streams taken away."""
    hard = sum(event[0] in ("open", "copies") for event in device.events)
    return hard + 5 * sum(event[0] == "frame" and event[1]["op"] == "gone" for event in device.events)


def _with_short_epochs(events: Sequence[Sequence[Any]]) -> Any:
    """Name epochs e1, e2, … in the order of their appearance: the real ones are rolled anew in each run."""
    names: dict[str, str] = {}
    for event in events:
        if isinstance(event[-1], Mapping) and (epoch := event[-1].get("epoch")):
            names.setdefault(epoch, f"e{len(names) + 1}")
    text = orjson.dumps(events).decode()
    for epoch, name in names.items():
        text = text.replace(epoch, name)
    return orjson.loads(text)


def main() -> None:
    """Write the traces anew."""
    with tempfile.TemporaryDirectory(prefix="omenigen-sim-") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder) / "data", want={"postgres"}, tuning=Tuning.quick()) as servers:
            database = SimDatabase(servers.database_url)
            database.create()
            FILE.write_bytes(gzip.compress(written(traces(database)), 9, mtime=0))
    print(f"{FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
