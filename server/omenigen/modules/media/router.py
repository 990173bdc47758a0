"""The HTTP doors of media."""

from typing import Annotated

from dishka import FromDishka
from fastapi import APIRouter, File, Path, Query, UploadFile
from fastapi.responses import FileResponse

from omenigen.kit.auth import Caller, PeopleOnly, require_user
from omenigen.kit.errors import BodyTooLarge, TooMany, Unauthenticated, Unavailable
from omenigen.kit.http import api_router, refusals
from omenigen.modules.accounts.public import Me
from omenigen.modules.media import rules
from omenigen.modules.media.errors import (
    MediaNotFound,
    PictureEmpty,
    PictureTooBig,
    PictureTooComplex,
    PictureTypeUnknown,
)
from omenigen.modules.media.service.avatars import Avatars
from omenigen.modules.media.service.shelf import Shelf
from omenigen.modules.media.types import Size

router = APIRouter()
_avatar = api_router(prefix="/api/v1/me/avatar", tags=["media"])
_files = api_router(prefix="/api/v1/media", tags=["media"])

_HEADERS = {
    # A key is random and its picture never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@_avatar.put(
    "",
    summary="Wear a picture",
    description="JPEG, PNG, WebP or GIF up to 5 MB, known by its bytes; drawn anew as WebP.",
    responses=refusals(
        Unauthenticated,
        PeopleOnly,
        PictureEmpty,
        PictureTooBig,
        BodyTooLarge,
        PictureTypeUnknown,
        PictureTooComplex,
        TooMany,
        Unavailable,
    ),
)
async def put_avatar(
    file: Annotated[UploadFile, File(description="The picture")],
    caller: FromDishka[Caller],
    avatars: FromDishka[Avatars],
) -> Me:
    user = require_user(caller)
    rules.ensure_avatar_size(file.size or 0)
    return Me.of(await avatars.put_on(caller=user, content=await file.read()))


@_avatar.delete("", summary="Wear no picture", responses=refusals(Unauthenticated, PeopleOnly))
async def delete_avatar(caller: FromDishka[Caller], avatars: FromDishka[Avatars]) -> Me:
    return Me.of(await avatars.take_off(caller=require_user(caller)))


@_files.get(
    "/{key}",
    summary="A picture",
    description="Open to everybody who knows its random key, so that any page may show it. Never changes.",
    response_class=FileResponse,
    responses={200: {"content": {"image/webp": {}}}, **refusals(MediaNotFound)},
)
async def picture(
    key: Annotated[str, Path(max_length=64)], shelf: FromDishka[Shelf], size: Annotated[Size, Query()] = Size.LARGE
) -> FileResponse:
    path = shelf.find(key, size) if rules.is_key(key) else None
    if path is None:
        raise MediaNotFound(key=key)
    return FileResponse(path, media_type="image/webp", headers=_HEADERS)


router.include_router(_avatar)
router.include_router(_files)
