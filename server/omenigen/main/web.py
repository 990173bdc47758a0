"""The built web app: immutable assets, a fresh index, and never an answer in the API's place."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from omenigen import __version__
from omenigen.kit.http import NoSuchRoute
from omenigen.kit.settings import HttpSettings

_NOT_THE_APP = ("api/", "assets/", "health", "metrics", "docs", ".well-known/")
_FRESH = {"Cache-Control": "no-cache"}


class _Immutable(StaticFiles):
    """Files whose names change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


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
