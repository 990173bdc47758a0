"""The web application: routers, problems, health, metrics, and the web app's files."""

from typing import Any

from dishka import AsyncContainer
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from omenigen import __version__
from omenigen.kit.http import PROBLEM_SCHEMA, Envelope, install_problems
from omenigen.kit.texts import Texts
from omenigen.main.health import router as health
from omenigen.main.routers import ROUTERS, SHORTCUTS
from omenigen.main.settings import Settings
from omenigen.main.web import install_web

_BODY_MAX = {"/api/v1/me/avatar": 6 * 1024 * 1024}


async def make_app(container: AsyncContainer, settings: Settings) -> FastAPI:
    """Build the application around a container."""
    app = FastAPI(
        title="Ωmenigen",
        version=__version__,
        description="A self-hosted world for a community: events in, recognition out, live on every screen.",
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.dishka_container = container
    app.state.texts = await container.get(Texts)
    app.state.settings = settings
    install_problems(app)
    app.router.routes.extend(SHORTCUTS)
    app.include_router(health)
    for router in ROUTERS:
        app.include_router(router)
    install_web(app, settings.http)
    app.add_middleware(Envelope, body_max=_BODY_MAX, secure=settings.http.secure)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # FastAPI's documented way to extend the schema
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        components["securitySchemes"] = {
            "cookie": {"type": "apiKey", "in": "cookie", "name": "om_access"},
            "bearer": {"type": "http", "scheme": "bearer"},
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        schema["security"] = [{"cookie": []}, {"bearer": []}, {"apiKey": []}, {}]
        _problems_for_validation(schema)
        app.openapi_schema = schema
    return app.openapi_schema


def _problems_for_validation(schema: dict[str, Any]) -> None:
    """FastAPI announces its own form of 422; ours is a problem like every other refusal."""
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operations in schema["paths"].values():
        for operation in operations.values():
            answer = operation["responses"].get("422")
            if answer is not None and "application/json" in answer.get("content", {}):
                answer["content"].pop("application/json")
                answer["content"].setdefault("application/problem+json", reference)
                answer["description"] = "`kit.validation`: One field of the request cannot be right."
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
