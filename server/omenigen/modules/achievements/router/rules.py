"""The doors of rules: why, how far, what if, and writing them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Literal

from dishka import FromDishka
from fastapi import Path, Query, Response
from starlette.requests import Request

from omenigen.kit.auth import Caller, RoleTooLow, User
from omenigen.kit.errors import FieldInvalid, Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.kit.texts import Locale, Texts, choose_locale
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.catalog import Catalog, PackRefused, Rule
from omenigen.modules.achievements.errors import (
    AchievementNotFound,
    DryRunNotFound,
    KeyExpired,
    KeyRevoked,
    KeyUnknown,
    RuleFromPack,
    RuleIsNotLive,
    RuleOverForeignTypes,
    RuleStays,
    RuleTaken,
    ScopeMissing,
)
from omenigen.modules.achievements.schemas.rules import (
    BackfillOut,
    DryRunOut,
    ExplainOut,
    ProgressOut,
    RuleChange,
    RuleOut,
    RulesOut,
    RuleText,
    StandingOut,
    TierOut,
)
from omenigen.modules.achievements.service.backfill import Backfill, BackfillState
from omenigen.modules.achievements.service.dry_run import DryRun, DryRunState
from omenigen.modules.achievements.service.explaining import Explaining, Standing, next_first
from omenigen.modules.achievements.service.rules import KeptRule, Rules
from omenigen.modules.achievements.service.screens import whole
from omenigen.modules.achievements.service.wording import Wording

router = api_router(prefix="/api/v1", tags=["achievements"])

Code = Annotated[str, Path(min_length=1, max_length=48, pattern=r"^[a-z][a-z0-9_]*$")]
UserIdPath = Annotated[int, Path(ge=1, le=MAX_ID)]

_KEYS = (Unauthenticated, KeyUnknown, KeyRevoked, KeyExpired, ScopeMissing)
_SEEING = refusals(*_KEYS, UserNotFound, AchievementNotFound, FieldInvalid)
_WRITING = refusals(*_KEYS, RoleTooLow, PackRefused, RuleOverForeignTypes, FieldInvalid)


@router.get("/achievements/{code}/explain", summary="Why an achievement is there or not yet", responses=_SEEING)
async def explain(
    request: Request,
    code: Code,
    caller: FromDishka[Caller],
    explaining: FromDishka[Explaining],
    texts: FromDishka[Texts],
    catalog: FromDishka[Catalog],
    user: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="The player; a signed-in one's own by default")
    ] = None,
) -> ExplainOut:
    asked = user if user is not None else int(caller.user_id) if isinstance(caller, User) else 0
    found = await explaining.explain(caller=caller, code=code, user_id=asked)
    locale = _locale(caller, request)
    return ExplainOut(
        code=found.rule.code,
        name=found.rule.name.say(locale) if found.shows_name else "",
        tier=found.tier,
        n=found.n,
        done=found.done,
        resting=found.resting,
        disputed=found.disputed_why,
        expected_on=found.expected_on,
        tree=Wording(texts, catalog, locale).tree(found.why),
    )


@router.get("/achievements/users/{user_id}/progress", summary="A player's wall of badges", responses=_SEEING)
async def progress(
    request: Request,
    user_id: UserIdPath,
    caller: FromDishka[Caller],
    explaining: FromDishka[Explaining],
    order: Annotated[
        Literal["shelves", "next"],
        Query(description="`shelves`: all, family by family; `next`: the unfinished ones, nearest first"),
    ] = "shelves",
) -> ProgressOut:
    found = await explaining.standings(caller=caller, user_id=user_id)
    locale = _locale(caller, request)
    return ProgressOut(items=[_standing(one, locale) for one in (next_first(found) if order == "next" else found)])


@router.get("/rules", summary="The rules that I may write", responses=refusals(*_KEYS, RoleTooLow))
async def list_rules(caller: FromDishka[Caller], rules: FromDishka[Rules]) -> RulesOut:
    return RulesOut(items=[_rule(one) for one in await rules.listed(caller=caller)])


@router.post(
    "/rules", status_code=201, summary="Keep a new rule as a draft", responses={**_WRITING, **refusals(RuleTaken)}
)
async def create_rule(
    request: Request, body: RuleText, caller: FromDishka[Caller], rules: FromDishka[Rules], texts: FromDishka[Texts]
) -> RuleOut:
    rule = _read(rules, body, caller, texts, request)
    return _rule(await rules.create(caller=caller, rule=rule))


@router.post("/rules/dry-run", summary="Who would earn a rule, and what that would cost", responses=_WRITING)
async def dry_run(
    request: Request,
    body: RuleText,
    caller: FromDishka[Caller],
    rules: FromDishka[Rules],
    trial: FromDishka[DryRun],
    texts: FromDishka[Texts],
    response: Response,
) -> DryRunOut:
    rule = _read(rules, body, caller, texts, request)
    state = await trial.ask(caller=caller, rule=rule)
    response.status_code = 200 if state.state == "done" else 202
    return _tried(state)


@router.get(
    "/rules/dry-run/{dry_run_id}",
    summary="How a dry run is doing",
    responses=refusals(*_KEYS, RoleTooLow, DryRunNotFound, FieldInvalid),
)
async def find_dry_run(
    dry_run_id: Annotated[int, Path(ge=1, le=MAX_ID)], caller: FromDishka[Caller], trial: FromDishka[DryRun]
) -> DryRunOut:
    return _tried(await trial.find(caller=caller, dry_run_id=dry_run_id))


@router.put(
    "/rules/{code}",
    summary="Change a rule's state or text",
    responses={**_WRITING, **refusals(AchievementNotFound, RuleFromPack, RuleStays, RuleTaken)},
)
async def change_rule(
    request: Request,
    code: Code,
    body: RuleChange,
    caller: FromDishka[Caller],
    rules: FromDishka[Rules],
    texts: FromDishka[Texts],
) -> RuleOut:
    rule: Rule | None = None
    if body.rule is not None or body.source is not None:
        rule = _read(rules, body, caller, texts, request)
    return _rule(await rules.change(caller=caller, code=code, state=body.state, rule=rule))


@router.post(
    "/rules/{code}/backfill",
    status_code=202,
    summary="Judge a live rule for everybody's past",
    responses=refusals(*_KEYS, RoleTooLow, AchievementNotFound, RuleIsNotLive, FieldInvalid),
)
async def start_backfill(code: Code, caller: FromDishka[Caller], backfill: FromDishka[Backfill]) -> BackfillOut:
    return _backfill(await backfill.start(caller=caller, code=code))


@router.get(
    "/rules/{code}/backfill",
    summary="How far the newest backfill is; null before the first",
    responses=refusals(*_KEYS, RoleTooLow, AchievementNotFound, FieldInvalid),
)
async def find_backfill(code: Code, caller: FromDishka[Caller], backfill: FromDishka[Backfill]) -> BackfillOut | None:
    state = await backfill.find(caller=caller, code=code)
    return None if state is None else _backfill(state)


def _read(rules: Rules, body: RuleText | RuleChange, caller: Caller, texts: Texts, request: Request) -> Rule:
    """Read a rule; what is wrong with it is told in the caller's language, line by line."""
    try:
        return rules.read(caller=caller, body=body.rule, source=body.source)
    except PackRefused as refused:
        locale = _locale(caller, request)
        told = [
            {**one, "text": texts.say(locale, f"achievement.rule.{one['reason']}", **one["params"])}
            for one in refused.problems
        ]
        raise PackRefused(**{**refused.params, "reason": told[0]["text"], "problems": told}) from refused


@contextmanager
def _in_words(texts: Texts, locale: Locale) -> Iterator[None]:
    """Let a refused text tell each of its problems in the author's language."""
    try:
        yield
    except PackRefused as refused:
        raise refused.in_words(partial(texts.say, locale)) from refused


def _locale(caller: Caller, request: Request) -> Locale:
    return caller.locale if isinstance(caller, User) else choose_locale(request.headers.get("accept-language"))


def _standing(one: Standing, locale: str) -> StandingOut:
    rule = one.rule
    return StandingOut(
        code=rule.code,
        name=rule.name.say(locale) if one.shows_name else "",
        description=rule.description.say(locale),
        points=rule.points,
        family=rule.family,
        shape=rule.shape,
        icon=rule.icon if one.shows_name else "lock",
        hidden=rule.hidden.value != "no",
        tiers=[
            TierOut(
                tier=number,
                at=whole(tier.at),
                points=tier.points,
                earned_at=had.at if (had := one.earned.get(number)) else None,
                state=had.state.value if had else None,
            )
            for number, tier in enumerate(rule.tiers, start=1)
        ],
        state=one.state,
        tier=one.tier,
        times=one.times,
        value=whole(one.progress.value),
        target=whole(one.progress.target) if one.shows_criteria else 1,
        share=one.progress.share,
        earned_at=one.earned_at,
        disputed=one.disputed,
        rarity=one.rarity,
    )


def _rule(kept: KeptRule) -> RuleOut:
    rule = kept.rule
    return RuleOut(
        code=rule.code,
        name=rule.name.as_dict(),
        description=rule.description.as_dict(),
        version=rule.version,
        state=rule.state,
        points=rule.points,
        family=rule.family,
        shape=rule.shape,
        icon=rule.icon,
        hidden=rule.hidden,
        from_pack=kept.from_pack,
        source_id=rule.source_id,
        metrics=sorted(rule.metrics),
        body=dict(rule.body),
        made_at=kept.made_at,
        changed_at=kept.changed_at,
    )


def _tried(state: DryRunState) -> DryRunOut:
    return DryRunOut.model_validate({"id": state.id, "state": state.state, "result": state.result})


def _backfill(state: BackfillState) -> BackfillOut:
    return BackfillOut.model_validate(state, from_attributes=True)
