"""Where files lie on disk."""

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from omenigen.kit.settings import DataSettings
from omenigen.modules.media.types import Size


class Shelf:
    """Keep files under the data folder: `media/ab/cd/<key>.<size>.webp`."""

    def __init__(self, settings: DataSettings) -> None:
        self._folder = settings.folder / "media"

    async def put(self, key: str, files: dict[Size, bytes]) -> None:
        """Write all sizes of a picture; each is whole or not there."""
        await asyncio.to_thread(self._write, key, files)

    def find(self, key: str, size: Size) -> Path | None:
        """Return the file of a key (checked by `rules.is_key`), if it is there."""
        path = self._path(key, size)
        return path if path.is_file() else None

    async def remove(self, keys: Iterable[str]) -> None:
        """Delete files; those that are gone already are fine."""
        await asyncio.to_thread(self._remove, list(keys))

    async def older_than(self, moment: float) -> list[str]:
        """List the keys of files last written before a moment (seconds since 1970)."""
        return await asyncio.to_thread(lambda: sorted(set(self._older_than(moment))))

    def _write(self, key: str, files: dict[Size, bytes]) -> None:
        for size, content in files.items():
            path = self._path(key, size)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)

    def _remove(self, keys: list[str]) -> None:
        for key in keys:
            for size in Size:
                with suppress(FileNotFoundError):
                    self._path(key, size).unlink()

    def _older_than(self, moment: float) -> Iterator[str]:
        for path in self._folder.glob("*/*/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < moment:
                    yield path.name.partition(".")[0]

    def _path(self, key: str, size: Size) -> Path:
        return self._folder / key[:2] / key[2:4] / f"{key}.{size.value}.webp"
