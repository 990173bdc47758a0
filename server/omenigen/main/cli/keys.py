"""`keys`: doors for external games."""

from dishka import AsyncContainer
from rich.table import Table

from omenigen.kit.auth import Trust
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import KeyId
from omenigen.main.cli.terminal import err, out
from omenigen.modules.achievements.public import Sources


async def create_key(
    container: AsyncContainer, *, name: str, trust: Trust, scopes: list[str] | None, quiet: bool
) -> None:
    """Make a source with a key; with `quiet` the key is the only thing printed."""
    async with unit_of_work(container) as scope:
        sources = await scope.get(Sources)
        issued = await sources.issue_key(name=name, trust=trust, owner=None, scopes=scopes)
    out.print(issued.key, markup=False)
    if not quiet:
        err.print(f"[green]✓[/] Key {issued.key_id} of source {issued.source_id} ({name}, trust {trust.value}).")
        err.print("  It is shown once. Send it as the header X-API-Key.")


async def list_keys(container: AsyncContainer) -> None:
    """One row a key; the keys themselves are kept as hashes only."""
    async with unit_of_work(container) as scope:
        keys = await (await scope.get(Sources)).list_keys()
    if not keys:
        err.print("No keys yet: ./omenigen keys create --name demo --trust server")
        return
    table = Table("id", "source", "name", "prefix", "trust", "scopes", "made", "used", "state", box=None)
    for key in keys:
        table.add_row(
            str(key.key_id),
            str(key.source_id),
            key.name,
            key.prefix,
            str(key.trust),
            " ".join(sorted(key.scopes)),
            f"{key.created_at:%Y-%m-%d}",
            f"{key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never",
            "revoked" if key.revoked_at else "in use",
        )
    out.print(table)


async def revoke_key(container: AsyncContainer, *, key_id: int) -> None:
    """Close a door at once."""
    async with unit_of_work(container) as scope:
        await (await scope.get(Sources)).revoke_key(key_id=KeyId(key_id))
    err.print(f"[green]✓[/] Key {key_id} is revoked.")
