"""The HTTP language of notices."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from omenigen.kit.ids import MAX_ID
from omenigen.kit.texts import Locale
from omenigen.modules.notify.types import Notice, NoticeKind, NoticePage, Params


class NoticeOut(BaseModel):
    """One notice in the reader's language."""

    id: int
    kind: NoticeKind
    params: Params = Field(examples=[{"level": 5}])
    title: str = Field(examples=["New level"])
    text: str = Field(examples=["You are now level 5"])
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: Notice, locale: Locale) -> Self:
        """Show a notice in one language."""
        return cls(
            id=notice.id,
            kind=notice.kind,
            params=notice.params,
            title=notice.title[locale.value],
            text=notice.text[locale.value],
            at=notice.at,
            read_at=notice.read_at,
        )


class NoticesOut(BaseModel):
    """A page of notices, newest first; `next` goes into `before` for the page after it."""

    items: list[NoticeOut]
    unread: int = Field(ge=0)
    next: int | None

    @classmethod
    def of(cls, page: NoticePage, locale: Locale) -> Self:
        """Show a page in one language."""
        return cls(items=[NoticeOut.of(one, locale) for one in page.items], unread=page.unread, next=page.next)


class ReadUpTo(BaseModel):
    """How far the reader has read: this notice and all older ones."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"up_to": 42}]})

    up_to: Annotated[int, Field(ge=1, le=MAX_ID)]


class UnreadOut(BaseModel):
    """How many notices stay unread."""

    unread: int = Field(ge=0)
