"""The stream `user.<id>`: a person's own screen, which every module may add its part to."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, User
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId
from omenigen.kit.streams import Entity, StreamKind
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.models import AccountRow
from omenigen.modules.accounts.service.cards import me_of

PREFIX = "user"


def user_stream(clock: Clock) -> StreamKind:
    """Declare the stream of a person: followed by that person's living sessions alone."""

    async def gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
        if not isinstance(caller, User) or f"{PREFIX}.{caller.user_id}" not in names:
            return set()
        living = await queries.living_among(db, [caller.session_id], now=clock.now())
        return {f"{PREFIX}.{caller.user_id}"} if caller.session_id in living else set()

    return StreamKind(prefix=PREFIX, gate=gate, snapshot=_snapshot)


async def _snapshot(
    db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
) -> dict[str, dict[str, Entity]]:
    if parts is not None and "me" not in parts:
        return {}
    found: dict[str, dict[str, Entity]] = {}
    for name in names:
        row: AccountRow | None = await queries.account(db, UserId(int(name.removeprefix(f"{PREFIX}."))))
        if row is not None:
            found[name] = {"me": me_of(row)}
    return found
