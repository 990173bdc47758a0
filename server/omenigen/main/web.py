"""The built web app: immutable assets, a fresh index, and never an answer in the API's place."""

import re
from pathlib import Path
from stat import S_ISREG

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from omenigen import __version__
from omenigen.kit.http import NoSuchRoute
from omenigen.kit.settings import HttpSettings

_NOT_THE_APP = ("api/", "assets/", "health", "metrics", "docs", ".well-known/")
_FRESH = {"Cache-Control": "no-cache"}
_CODINGS = {"br": ".br", "gzip": ".gz"}


class _Immutable(StaticFiles):
    """Files whose names change with their content; the build has put compressed ones beside them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._compressed(path, scope) or await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def _compressed(self, path: str, scope: Scope) -> Response | None:
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for coding, ending in _CODINGS.items():
            if not re.search(rf"\b{coding}\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", accepted):
                continue
            file, stat = await run_in_threadpool(self.lookup_path, path + ending)
            if stat is not None and S_ISREG(stat.st_mode):
                response = self.file_response(file, stat, scope)
                response.headers["Content-Encoding"] = coding
                return response
        return None


def install_web(app: FastAPI, settings: HttpSettings) -> None:
    """Serve the web app where it is built; without it the API works all the same."""
    folder = settings.web_folder
    if (folder / "assets").is_dir():
        app.mount("/assets", _Immutable(directory=folder / "assets"), name="assets")

    @app.get("/", include_in_schema=False)
    async def root(request: Request) -> Response:
        if "text/html" in request.headers.get("accept", "") and (folder / "index.html").is_file():
            return FileResponse(folder / "index.html", headers=_FRESH)
        return JSONResponse({"status": "ok", "name": "Ωmenigen", "version": __version__, "docs": "/docs"})

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        if path.startswith(_NOT_THE_APP):
            raise NoSuchRoute(path=f"/{path}")
        file = _inside(folder, path)
        if file is None:
            raise NoSuchRoute(path=f"/{path}")
        return FileResponse(file, headers=_FRESH)


def _inside(folder: Path, path: str) -> Path | None:
    """Return the file of the build that `path` names, or the index for an address of the app itself."""
    try:
        file = (folder / path).resolve()
        if file.is_relative_to(folder.resolve()) and file.is_file():
            return file
    except (OSError, ValueError):  # a name too long, or with a NUL
        return None
    index = folder / "index.html"
    return index if index.is_file() and "." not in Path(path).name else None
