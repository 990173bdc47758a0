"""The simulated world: people with devices, nodes, a bad day in the middle, and the questions at its end."""

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass, field

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from omenigen.kit.streams import StreamKinds, compaction
from omenigen.kit.streams.client import LiveClient, Undelivered
from omenigen.kit.streams.client.following import Health
from omenigen.kit.streams.epoch import new_epoch
from tests.sim.database import SimDatabase
from tests.sim.devices import Device, Outcasts
from tests.sim.loop import LoopClock, VirtualLoop, fork, run_virtually
from tests.sim.network import SimBus
from tests.sim.nodes import Node, Parts, Verb
from tests.sim.rooms import KINDS, Keys, Rooms

USERS, DEVICES, NODES, ROOMS = 5, 2, 3, 3
WRITES_SECONDS, SETTLE_SECONDS = 120.0, 60.0
PAUSE_SECONDS = 0.6
KILL_STEPS = ("before_commit", "before_commit", "before_hub", "before_publish", "before_answer")
_ACTIONS = {
    "post": 60.0, "edit": 6.0, "delete": 5.0, "kick": 4.0, "rejoin": 5.0, "break_line": 1.5, "deafen": 0.6,
    "slow": 1.0, "offline": 2.5, "kill": 0.8, "kill_at_step": 6.0, "bus_away": 0.5, "database_away": 0.3,
    "trim": 2.5, "sign_out": 0.1, "storm": 2.5,
}  # fmt: skip


@dataclass
class Plan:
    """What a run is made of; a mutant changes one thing."""

    parts: type[Parts] = Parts
    client: type[LiveClient] = LiveClient
    device: type[Device] = Device
    keys: type[Keys] = Keys
    restore_begins_epoch: bool = True


@dataclass
class Report:
    """What a run showed."""

    seed: int
    steps: int
    complaints: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    virtual_seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return bool(self.complaints)


class World:
    """One run."""

    def __init__(self, database: SimDatabase, seed: int, steps: int, plan: Plan, loop: VirtualLoop) -> None:
        self.rng = random.Random(seed)
        self.steps = steps
        self.plan = plan
        self.database = database
        self.clock = LoopClock(loop)
        self.report = Report(seed=seed, steps=steps)
        database.reset(fork(self.rng))
        self.bus = SimBus(fork(self.rng))
        self.rooms = Rooms(plan.keys())
        self.kinds = StreamKinds(KINDS)
        self.outcasts = Outcasts()
        self.nodes = [
            Node(
                f"n{number}",
                bus=self.bus,
                database=database,
                kinds=self.kinds,
                clock=self.clock,
                rng=fork(self.rng),
                parts=plan.parts,
                complain=self.complain,
            )
            for number in range(NODES)
        ]
        self.bus.nodes = self.nodes
        self.devices = [
            plan.device(
                user=user,
                session=user * 10 + number,
                nodes=self.nodes,
                rooms=self.rooms,
                clock=self.clock,
                rng=fork(self.rng),
                outcasts=self.outcasts,
                complain=self.complain,
                client=plan.client,
            )
            for user in range(1, USERS + 1)
            for number in range(DEVICES)
        ]
        self._healing: set[asyncio.Task[None]] = set()

    def complain(self, what: str) -> None:
        """Note that something happened that never may."""
        self.report.complaints.append(f"[{self.clock.monotonic():.2f} s] {what}")

    async def run(self) -> Report:
        """Live through the whole day and answer the questions."""
        await self._begin()
        back_up_at, restore_at = int(self.steps * 0.45), int(self.steps * 0.62)
        names, weights = list(_ACTIONS), list(_ACTIONS.values())
        for step in range(self.steps):
            await asyncio.sleep(self.rng.uniform(0.0, PAUSE_SECONDS))
            if step == back_up_at:
                self.database.back_up()
                self._backed_up = self._members()
            elif step == restore_at:
                await self._restore()
            else:
                action = self.rng.choices(names, weights)[0]
                self.report.counts[action] += 1
                await getattr(self, f"_{action}")()
            self._ask_devices()
            if self.report.complaints:
                return self._end()
        await self._settle()
        self._ask_devices()
        await self._ask()
        return self._end()

    async def _begin(self) -> None:
        for device in self.devices:
            self._execute("INSERT INTO sim_session VALUES (:id, :user)", id=device.session, user=device.user)
        for node in self.nodes:
            node.start()
        await asyncio.sleep(0.5)
        for user in range(1, USERS + 1):
            for room in range(1, ROOMS + 1):
                await self._verb(lambda db, streams, u=user, r=room: self.rooms.join(db, streams, user=u, room=r))
        for device in self.devices:
            await device.start()

    # ── what may happen ──

    async def _post(self) -> None:
        self._write(self.rng.choice(self.devices))

    def _write(self, device: Device) -> None:
        if rooms := device.rooms():
            device.post(self.rng.choice(rooms))

    async def _edit(self) -> None:
        self.rng.choice(self.devices).edit()

    async def _delete(self) -> None:
        self.rng.choice(self.devices).delete()

    async def _kick(self) -> None:
        if members := sorted(self._members()):
            room, user = self.rng.choice(members)
            tick = await self._verb(lambda db, streams: self.rooms.kick(db, streams, user=user, room=room))
            if isinstance(tick, int) or (room, user) not in self._members():
                self.outcasts.rooms[room, user] = tick if isinstance(tick, int) else self.rooms.tick

    async def _rejoin(self) -> None:
        everybody = {(room, user) for room in range(1, ROOMS + 1) for user in range(1, USERS + 1)}
        if outside := sorted(everybody - self._members()):
            room, user = self.rng.choice(outside)
            before = self.outcasts.rooms.pop((room, user), None)
            await self._verb(lambda db, streams: self.rooms.join(db, streams, user=user, room=room))
            if (room, user) not in self._members() and before is not None:
                self.outcasts.rooms[room, user] = before

    async def _break_line(self) -> None:
        device = self.rng.choice(self.devices)
        if device.line is not None:
            device.line.break_off(1006)

    async def _storm(self) -> None:
        """Everybody loses the connection and comes back, while people go on writing."""
        for device in self.devices:
            if device.line is not None:
                device.line.break_off(1006)
        for device in (*self.devices, *self.devices):
            self._later(self.rng.uniform(0.1, 3.0), lambda one=device: self._write(one))

    async def _deafen(self) -> None:
        device = self.rng.choice(self.devices)
        if device.line is not None:
            device.line.deaf = True

    async def _slow(self) -> None:
        device = self.rng.choice(self.devices)
        if device.line is not None:
            device.line.slow_until = self.clock.monotonic() + self.rng.uniform(1, 30)

    async def _offline(self) -> None:
        device = self.rng.choice(self.devices)
        device.offline = True
        if device.line is not None:
            device.line.break_off(1006)
        self._later(self.rng.uniform(2, 60), lambda: setattr(device, "offline", False))

    async def _kill(self) -> None:
        node = self.rng.choice(self.nodes)
        node.die()
        self._later(self.rng.uniform(1, 8), lambda: None if node.alive else node.start())

    async def _kill_at_step(self) -> None:
        node = self.rng.choice(self.nodes)
        node.killed_at = self.rng.choice(KILL_STEPS)
        self._later(self.rng.uniform(5, 12), lambda: None if node.alive else node.start())

    async def _bus_away(self) -> None:
        self.bus.away = True
        self._later(self.rng.uniform(1, 15), lambda: setattr(self.bus, "away", False))

    async def _database_away(self) -> None:
        self.database.away = True
        self._later(self.rng.uniform(0.5, 6), lambda: setattr(self.database, "away", False))

    async def _trim(self) -> None:
        try:
            async with self.database.sessions() as session:
                await compaction.trim(session, self.clock, keep_newest=self.rng.choice((3, 10)))
                await session.commit()
        except OperationalError:
            pass

    async def _sign_out(self) -> None:
        device = self.rng.choice(self.devices)
        if device.session in self.outcasts.sessions or len(self.outcasts.sessions) >= 2:
            return
        verb = lambda db, streams: self.rooms.sign_out(db, streams, user=device.user, session=device.session)  # noqa: E731
        tick = await self._verb(verb)
        if isinstance(tick, int):
            self.outcasts.sessions[device.session] = tick

    async def _restore(self) -> None:
        """Yesterday's database comes back, under open sockets."""
        self._ask_epochs()
        self.database.restore()
        members = self._members()  # before anybody else's turn: from this moment on other people are outside
        self.outcasts.rooms = {
            (room, user): self.rooms.tick
            for room in range(1, ROOMS + 1)
            for user in range(1, USERS + 1)
            if (room, user) not in members
        }
        for ended in self.outcasts.sessions:
            self._execute("DELETE FROM sim_session WHERE id = :id", id=ended)
        if self.plan.restore_begins_epoch:
            self.database.away = False
            async with self.database.sessions() as session:
                await new_epoch(session, "restore", clock=self.clock)
                await session.commit()

    # ── the end ──

    async def _settle(self) -> None:
        """Heal everything and give it time: the bus last, so that each stream's last patch may be lost in silence."""
        for task in list(self._healing):
            task.cancel()
        self.bus.away = self.database.away = False
        for node in self.nodes:
            node.killed_at = None
            if not node.alive:
                node.start()
        for device in self.devices:
            device.offline = device.flaky = False
            if device.line is not None:
                device.line.slow_until = 0.0
        await asyncio.sleep(WRITES_SECONDS)
        self.bus.heal()
        await asyncio.sleep(SETTLE_SECONDS)

    async def _ask(self) -> None:
        members = self._members()
        async with self.database.sessions() as db:
            for device in self.devices:
                if device.session in self.outcasts.sessions:
                    if device.client.health is not Health.STOPPED:
                        self.complain(f"{device.name} is signed out and still connected")
                    continue
                mine = [
                    f"user.{device.user}",
                    *(f"room.{room}" for room, user in sorted(members) if user == device.user),
                ]
                fresh = await self.kinds.snapshot(db, mine, window=10**6)
                await self._compare(device, fresh)
                device.end_with({name: {k: orjson.loads(v) for k, v in held.items()} for name, held in fresh.items()})
            await self._count(db)
        self._ask_epochs()

    def _ask_epochs(self) -> None:
        for row in self._rows("SELECT reason FROM live_epoch WHERE reason NOT IN ('first', 'restore')"):
            self.complain(f"an epoch began because {row.reason}, though nothing was restored since")

    def _ask_devices(self) -> None:
        """What the clients themselves noticed; asked all day long, for a hole is closed by the next resume."""
        for device in self.devices:
            if device.client.gaps or device.client.mismatches:
                self.complain(f"{device.name} saw {device.client.gaps} holes, {device.client.mismatches} other sums")

    async def _compare(self, device: Device, fresh: dict[str, dict[str, bytes]]) -> None:
        replica = device.client.replica
        if set(replica.copies) != set(fresh):
            self.complain(f"{device.name} holds {sorted(replica.copies)}, may hold {sorted(fresh)}")
            return
        for name, entities in fresh.items():
            want = {key: orjson.loads(value) for key, value in entities.items()}
            have = replica.entities(name)
            if want != have:
                wrong = sorted(key for key in {*want, *have} if want.get(key) != have.get(key))
                self.complain(f"{device.name} {name}@{replica.copies[name].version} differs in {wrong[:6]}")
        if device.client.commands.rows:
            self.complain(f"{device.name} still has writes on the way: {list(device.client.commands.rows)[:3]}")

    async def _count(self, db: object) -> None:
        rows = self._rows("SELECT client_id, count(*) AS copies FROM sim_message GROUP BY client_id")
        found = {row.client_id: row.copies for row in rows}
        for device in self.devices:
            if device.session in self.outcasts.sessions:
                continue
            for client_id in device.mine:
                expected = 0 if client_id in device.deleted or client_id in device.refused else 1
                if found.get(client_id, 0) != expected:
                    why = (
                        "deleted"
                        if client_id in device.deleted
                        else "refused"
                        if client_id in device.refused
                        else "sent"
                    )
                    self.complain(f"{client_id} ({why}) exists {found.get(client_id, 0)} times, not {expected}")
        for row in self._rows(
            "SELECT name, live_streams.version FROM live_streams JOIN live_patches ON stream_id = id "
            "GROUP BY name, live_streams.version HAVING max(live_patches.version) > live_streams.version"
        ):
            self.complain(f"{row.name} has patches above its version {row.version}")

    def _end(self) -> Report:
        self.report.virtual_seconds = self.clock.monotonic()
        return self.report

    # ── small things ──

    async def _verb(self, verb: Verb) -> object:
        try:
            return await self.rng.choice(self.nodes).run(verb)
        except (Undelivered, OperationalError):
            return None

    def _later(self, seconds: float, heal: object) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            heal()  # type: ignore[operator]

        task = asyncio.create_task(wait())
        self._healing.add(task)
        task.add_done_callback(self._healing.discard)

    def _members(self) -> set[tuple[int, int]]:
        return {(row.room, row.user_id) for row in self._rows("SELECT room, user_id FROM sim_member")}

    def _rows(self, statement: str) -> list[object]:
        with self.database.sync.connect() as connection:
            return list(connection.execute(text(statement)))

    def _execute(self, statement: str, **values: object) -> None:
        with self.database.sync.begin() as connection:
            connection.execute(text(statement), values)


def simulate(database: SimDatabase, seed: int, *, steps: int, plan: Plan | None = None) -> Report:
    """Run one seed and return what it showed."""
    return simulated(database, seed, steps=steps, plan=plan or Plan())[1]


def simulated(database: SimDatabase, seed: int, *, steps: int, plan: Plan) -> tuple[World, Report]:
    """Run one seed; return the world as it ended, and what it showed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    loop = VirtualLoop()
    world = World(database, seed, steps, plan, loop)
    return world, run_virtually(world.run(), loop)
