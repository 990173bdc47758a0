"""The doors of signed credentials, and of the key that checks them."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Request

from omenigen.kit.auth import Caller, PeopleOnly
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import api_router, locale_of, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.modules.achievements.errors import AchievementNotFound
from omenigen.modules.achievements.schemas.badges import CredentialOut, KeysDocument
from omenigen.modules.achievements.service.badges import BadgeKey, Badges

router = api_router(prefix="", tags=["achievements"])


@router.get(
    "/api/v1/achievements/unlocks/{unlock_id}/credential",
    summary="My achievement as a signed Open Badge",
    responses=refusals(Unauthenticated, PeopleOnly, AchievementNotFound),
)
async def get_credential(
    unlock_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    request: Request,
    caller: FromDishka[Caller],
    badges: FromDishka[Badges],
) -> CredentialOut:
    credential, signed = await badges.credential(caller=caller, unlock_id=unlock_id, locale=locale_of(request))
    return CredentialOut(credential=credential, jwt=signed)


@router.get("/.well-known/jwks.json", summary="The public key that checks our credentials")
async def get_keys(key: FromDishka[BadgeKey]) -> KeysDocument:
    return KeysDocument(keys=[key.jwk])
