"""The door of achievements: all there are, and what a player has."""

from typing import Annotated

import orjson
from dishka import FromDishka
from fastapi import Path, Request, Response
from fastapi.encoders import jsonable_encoder

from omenigen.kit.auth import Caller
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import api_router, locale_of, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.errors import KeyExpired, KeyRevoked, KeyUnknown, ScopeMissing
from omenigen.modules.achievements.schemas.achievements import AchievementOut, TierOut
from omenigen.modules.achievements.schemas.players import UnlockOut
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.listing import Listed, Listing
from omenigen.modules.achievements.service.sight import Sight
from omenigen.modules.achievements.types import Hidden

router = api_router(prefix="/api/v1/achievements", tags=["achievements"])


@router.get(
    "/",
    summary="All achievements",
    response_model=list[AchievementOut],
    responses=refusals(Unauthenticated, KeyUnknown, KeyRevoked, KeyExpired, ScopeMissing),
)
async def list_achievements(
    request: Request,
    caller: FromDishka[Caller],
    sight: FromDishka[Sight],
    listing: FromDishka[Listing],
    answers: FromDishka[Answers],
) -> Response:
    await sight.ensure_somebody(caller)
    locale = locale_of(request)
    body = await answers.find_rules(locale)
    if body is None:
        body = orjson.dumps(jsonable_encoder([_listed(one) for one in await listing.all(locale=locale)]))
        await answers.keep_rules(locale, body)
    return Response(body, media_type="application/json", headers={"Content-Language": locale.value})


@router.get(
    "/users/{user_id}",
    summary="What a player has earned, newest first",
    responses=refusals(Unauthenticated, KeyUnknown, KeyRevoked, KeyExpired, ScopeMissing, UserNotFound),
)
async def list_user_achievements(
    user_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    request: Request,
    caller: FromDishka[Caller],
    sight: FromDishka[Sight],
    listing: FromDishka[Listing],
) -> list[UnlockOut]:
    await sight.player(caller=caller, user_id=user_id)
    return [
        UnlockOut(
            id=had.row.id,
            user_id=had.row.user_id,
            achievement_id=had.row.rule_id,
            achievement_name=had.name,
            points=had.row.points,
            earned_at=had.row.at,
            code=had.row.rule_code,
            tier=had.row.tier,
            state=had.row.state,
        )
        for had in await listing.of(user_id=user_id, locale=locale_of(request))
    ]


router.add_api_route("", list_achievements, methods=["GET"], include_in_schema=False)
router.add_api_route("/users/{user_id}/", list_user_achievements, methods=["GET"], include_in_schema=False)


def _listed(one: Listed) -> AchievementOut:
    rule = one.rule
    types = {code.partition("@")[0].rpartition(".")[0] for code in rule.metrics}
    open_ = rule.hidden is Hidden.NO
    assert rule.id is not None
    return AchievementOut(
        id=rule.id,
        type=next(iter(types)) if open_ and len(types) == 1 else "achievement",
        name=one.name,
        description=one.description,
        points=rule.points,
        condition_field=one.condition_field,
        condition_value=one.condition_value,
        created_at=one.made_at,
        code=rule.code,
        tiers=[
            TierOut(tier=number, at=tier.at if open_ else 0, points=tier.points)
            for number, tier in enumerate(rule.tiers, start=1)
        ],
        family=rule.family.value,
        shape=rule.shape.value,
        icon=rule.icon,
        hidden=rule.hidden.value,
        rarity=one.rarity,
    )
