"""Whom a key reaches: its own players, or all of them when the operator made it so."""

import httpx
from dishka import AsyncContainer

from omenigen.modules.achievements.public import OPERATOR_SCOPES
from tests.modules.achievements.conftest import Game, connect


async def test_a_foreign_player_does_not_exist_for_a_game(
    client: httpx.AsyncClient, container: AsyncContainer, game: Game
) -> None:
    player = await game.player("vera")
    stranger = await connect(client, container, "stranger")
    assert (await stranger.send(player)).status_code == 404
    assert (await stranger.get(f"/stats/{player}")).status_code == 404


async def test_the_operators_key_reaches_everybody(
    client: httpx.AsyncClient, container: AsyncContainer, game: Game
) -> None:
    player = await game.player("vera")
    operator = await connect(client, container, "operator", scopes=sorted(OPERATOR_SCOPES))
    assert (await operator.send(player)).status_code == 201
    assert (await operator.get(f"/stats/{player}")).json()["total_score"] == 5
