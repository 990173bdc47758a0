"""The studio: pictures are drawn anew in children that may die."""

import asyncio
import math
import os
import sys
from pathlib import Path

import structlog

from omenigen.kit.errors import Unavailable
from omenigen.modules.media import rules
from omenigen.modules.media.errors import PictureTooComplex, PictureTypeUnknown
from omenigen.modules.media.types import Redrawn

log = structlog.get_logger(__name__)

AT_ONCE = 2
WAITING_MAX = 8
_SCRIPT = Path(__file__).with_name("redraw.py")


class Studio:
    """Check pictures by their bytes and draw them anew, two at a time."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def redraw(self, content: bytes) -> Redrawn:
        """Return the picture in our own form.

        Raises `PictureTypeUnknown`, `PictureTooComplex`, and `Unavailable` when too many wait.
        """
        if self._waiting >= AT_ONCE + WAITING_MAX:
            raise Unavailable(part="studio", retry_after=5)
        self._waiting += 1
        try:
            async with self._places:
                return _read(await _in_child(content))
        finally:
            self._waiting -= 1


async def _in_child(content: bytes) -> bytes:
    bounds = (rules.PIXELS_MAX, math.ceil(rules.SECONDS_MAX), rules.LARGE_SIDE, rules.SMALL_SIDE)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_SCRIPT),
        *(str(bound) for bound in bounds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", "")},  # nothing that an exploited decoder could tell
        start_new_session=True,  # a Ctrl-C at the terminal is for the house, not for its children
    )
    try:
        async with asyncio.timeout(rules.SECONDS_MAX):
            out, _ = await child.communicate(content)
    except TimeoutError as error:
        raise PictureTooComplex from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        log.warning("a picture broke its drawer", code=child.returncode, size=len(content))
        raise PictureTooComplex
    return out


def _read(out: bytes) -> Redrawn:
    head, _, body = out.partition(b"\n")
    verdict, *rest = head.decode().split()
    if verdict == "ok":
        large = int(rest[0])
        return Redrawn(large=body[:large], small=body[large:])
    if rest == ["media.type"]:
        raise PictureTypeUnknown
    raise PictureTooComplex
