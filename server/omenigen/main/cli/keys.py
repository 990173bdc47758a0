"""`keys`: doors for external games."""

import re

from dishka import AsyncContainer
from rich.table import Table

from omenigen.kit.auth import Trust
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import KeyId
from omenigen.main.cli.terminal import CommandFailed, err, out
from omenigen.modules.achievements.public import OPERATOR_SCOPES, KeyLine, Sources

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
"""The name stands inside the key, and a key travels in a header."""


async def create_key(
    container: AsyncContainer, *, name: str, trust: Trust, scopes: list[str] | None, rate: int, quiet: bool
) -> None:
    """Make a source with a key; with `quiet` the key is the only thing printed."""
    if _NAME.fullmatch(name) is None:
        raise CommandFailed(f"--name {name}: Latin letters, digits, “-”, “_” and “.”, at most 32, no spaces.")
    async with unit_of_work(container) as scope:
        sources = await scope.get(Sources)
        scopes = scopes or sorted(OPERATOR_SCOPES)
        issued = await sources.issue_key(name=name, trust=trust, owner=None, scopes=scopes, rate=rate, burst=5 * rate)
    out.print(issued.key, markup=False)
    if not quiet:
        err.print(f"[green]✓[/] Key {issued.id} of source {issued.source_id} ({name}, trust {trust.value}).")
        err.print("  It is shown once. Send it as the header X-API-Key.")


async def list_keys(container: AsyncContainer) -> None:
    """One row a key; the keys themselves are kept as hashes only."""
    async with unit_of_work(container) as scope:
        keys = await (await scope.get(Sources)).list_keys()
    if not keys:
        err.print("No keys yet: ./omenigen keys create --name demo --trust server")
        return
    table = Table("id", "game", "begins with", "trust", "scopes", "made", "state", box=None)
    for key in keys:
        table.add_row(
            str(key.id),
            key.source,
            key.prefix,
            key.trust.value,
            " ".join(key.scopes),
            f"{key.made_at:%Y-%m-%d}",
            _state(key),
        )
    out.print(table)


def _state(key: KeyLine) -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    return f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "in use"


async def revoke_key(container: AsyncContainer, *, key_id: int) -> None:
    """Close a door at once."""
    async with unit_of_work(container) as scope:
        await (await scope.get(Sources)).revoke_key(key_id=KeyId(key_id))
    err.print(f"[green]✓[/] Key {key_id} is revoked.")
