"""The HTTP door of the operator's desk."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Query

from omenigen.kit.auth import Caller, PeopleOnly, Role, RoleTooLow, require_role
from omenigen.kit.errors import Unauthenticated, Unavailable
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.kit.texts import Texts
from omenigen.main.operator.checks import Checks
from omenigen.main.operator.dead_letters import DeadLetters
from omenigen.main.operator.errors import DeadLetterNotFound
from omenigen.main.operator.figures import measure
from omenigen.main.operator.queues import Queues
from omenigen.main.operator.schemas import (
    ConsumerOut,
    DeadLettersOut,
    HealthOut,
    MetricsOut,
    OperationOut,
    OutboxOut,
    PartOut,
    QueuesOut,
    StreamOut,
)

router = api_router(prefix="/api/v1/operator", tags=["operator"])

LetterId = Annotated[int, Path(ge=1, le=MAX_ID)]
_COMMON = (Unauthenticated, PeopleOnly, RoleTooLow)


@router.get("/health", summary="How each part of the house is", responses=refusals(*_COMMON))
async def operator_health(
    caller: FromDishka[Caller], checks: FromDishka[Checks], texts: FromDishka[Texts]
) -> HealthOut:
    user = require_role(caller, Role.OPERATOR)
    findings = await checks.all()
    worst = max((finding.state for finding in findings), key=lambda state: state.rank)
    return HealthOut(state=worst, parts=[PartOut.of(finding, texts, user.locale) for finding in findings])


@router.get("/queues", summary="What waits on its way", responses=refusals(*_COMMON, Unavailable))
async def operator_queues(caller: FromDishka[Caller], queues: FromDishka[Queues]) -> QueuesOut:
    require_role(caller, Role.OPERATOR)
    return QueuesOut(
        streams=[StreamOut.model_validate(one) for one in await queues.streams()],
        consumers=[ConsumerOut.model_validate(one) for one in await queues.consumers()],
        outbox=OutboxOut.model_validate(await queues.outbox()),
        due=await queues.due(),
    )


@router.get("/metrics", summary="The answering process in figures", responses=refusals(*_COMMON))
async def operator_metrics(caller: FromDishka[Caller]) -> MetricsOut:
    require_role(caller, Role.OPERATOR)
    figures = measure()
    return MetricsOut(
        requests=figures.requests,
        failures=figures.failures,
        refusals=figures.refusals,
        memory_bytes=figures.memory_bytes,
        uptime_seconds=figures.uptime_seconds,
        operations=[
            OperationOut(
                operation=one.operation,
                requests=one.requests,
                failures=one.failures,
                p50_ms=_ms(one.p50),
                p95_ms=_ms(one.p95),
                p99_ms=_ms(one.p99),
            )
            for one in figures.operations
        ],
    )


@router.get("/dead-letters", summary="Facts that a consumer gave up on", responses=refusals(*_COMMON, Unavailable))
async def list_dead_letters(
    caller: FromDishka[Caller],
    letters: FromDishka[DeadLetters],
    after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> DeadLettersOut:
    require_role(caller, Role.OPERATOR)
    return DeadLettersOut.model_validate(await letters.page(after=after, limit=limit))


@router.post(
    "/dead-letters/{id}/replay",
    status_code=204,
    summary="Send a fact again under its own id",
    responses=refusals(*_COMMON, DeadLetterNotFound, Unavailable),
)
async def replay_dead_letter(id: LetterId, caller: FromDishka[Caller], letters: FromDishka[DeadLetters]) -> None:
    require_role(caller, Role.OPERATOR)
    await letters.replay(id=id)


@router.delete(
    "/dead-letters/{id}",
    status_code=204,
    summary="Let a fact go for good",
    responses=refusals(*_COMMON, DeadLetterNotFound, Unavailable),
)
async def discard_dead_letter(id: LetterId, caller: FromDishka[Caller], letters: FromDishka[DeadLetters]) -> None:
    require_role(caller, Role.OPERATOR)
    await letters.discard(id=id)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
