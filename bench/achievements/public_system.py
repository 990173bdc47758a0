"""A stand-in for the public system of founding document 002: one session and one commit per request.

As its README draws it: a FastAPI controller, a SQLAlchemy session per request, the user looked up, the event added and
committed, the cache dropped, and a message for Celery pushed to Redis. Checking achievements is the worker's, not ours
here, so this figure is kind to it.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import redis
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import JSON, BigInteger, DateTime, Identity, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker


class Base(DeclarativeBase):
    pass


class UserRow(Base):
    __tablename__ = "public_user"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    username: Mapped[str]
    score: Mapped[int] = mapped_column(default=0)


class EventRow(Base):
    __tablename__ = "public_event"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, index=True)
    event_type: Mapped[str]
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


engine = create_engine(os.environ["BENCH_URL"], pool_size=10, max_overflow=20)
sessions = sessionmaker(engine)
cache = redis.Redis.from_url(os.environ["BENCH_REDIS"])
Base.metadata.create_all(engine)
app = FastAPI(openapi_url=None)


class EventIn(BaseModel):
    user_id: int
    event_type: str
    details: dict[str, Any] | None = None


class EventOut(BaseModel):
    id: int
    user_id: int
    event_type: str
    details: dict[str, Any] | None
    created_at: datetime
    message: str


def session() -> Iterator[Session]:
    with sessions() as opened:
        yield opened


@app.post("/event", status_code=201)
def create_event(event: EventIn, db: Annotated[Session, Depends(session)]) -> EventOut:
    if db.get(UserRow, event.user_id) is None:
        raise HTTPException(404)
    row = EventRow(
        user_id=event.user_id, event_type=event.event_type, details=event.details, created_at=datetime.now(UTC)
    )
    db.add(row)
    db.commit()
    db.refresh(row)
    cache.delete(f"user_score:{event.user_id}", f"user_events:{event.user_id}")
    cache.lpush("celery", json.dumps({"id": str(uuid4()), "task": "process_event", "args": [row.id]}))
    return EventOut(
        id=row.id,
        user_id=row.user_id,
        event_type=row.event_type,
        details=row.details,
        created_at=row.created_at,
        message="Событие создано",
    )
