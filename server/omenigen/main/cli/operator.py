"""`operator`: who looks after the house."""

import secrets
import sys

import typer
from dishka import AsyncContainer, Scope

from omenigen.kit.edge import unit_of_work
from omenigen.main.cli.terminal import CommandFailed, err, locale, out
from omenigen.main.container import make_container
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import OperatorMade, Operators


async def create_operator(
    container: AsyncContainer, *, email: str, username: str, password: str, promote: bool
) -> OperatorMade:
    """Make an account with the role operator, or give the role to an existing one; its address counts as confirmed."""
    async with unit_of_work(container) as scope:
        operators = await scope.get(Operators)
        return await operators.create(
            email=email, username=username, password=password, locale=locale(), promote=promote
        )


async def operator_exists(settings: Settings) -> bool:
    """Tell whether anybody may look after this house already."""
    container = make_container(settings)
    try:
        async with container(scope=Scope.REQUEST) as scope:
            return await (await scope.get(Operators)).exist()
    finally:
        await container.close()


def ask_password(*, from_stdin: bool, generate: bool) -> tuple[str, bool]:
    """The password, and whether we made it (then it must be shown)."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
        if not password:
            raise CommandFailed("Standard input holds no password.")
        return password, False
    if generate or not sys.stdin.isatty():
        return secrets.token_urlsafe(15), True
    password = typer.prompt("Password (empty: make one)", hide_input=True, default="", show_default=False)
    if not password:
        return secrets.token_urlsafe(15), True
    if typer.prompt("Once more", hide_input=True) != password:
        raise CommandFailed("The two passwords differ; nothing was made.")
    return password, False


def tell_operator(result: OperatorMade, *, password: str, made: bool, address: str) -> None:
    """Say how to sign in; a password we made goes to standard output, so that a script can keep it."""
    if not result.created:
        change = "is an operator now" if result.promoted else "is an operator already"
        err.print(f"[green]✓[/] {result.username} {change}; the password stays as it was.")
        return
    err.print(f"[green]✓[/] {result.username} is an operator now. Sign in at {address}/sign-in")
    if made:
        err.print("  Password (shown once):")
        out.print(password)
