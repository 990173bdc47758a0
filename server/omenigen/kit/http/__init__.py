"""The HTTP edge: who calls, what is committed, how a refusal is said."""

from omenigen.kit.http.callers import (
    ACCESS_COOKIE,
    CSRF_COOKIE,
    REFRESH_COOKIE,
    SAFE_METHODS,
    Identify,
    client_ip,
    ensure_csrf,
    named,
)
from omenigen.kit.http.envelope import Envelope
from omenigen.kit.http.problems import (
    BODY_MAX,
    PROBLEM_SCHEMA,
    BrokenBody,
    NoSuchRoute,
    away,
    install_problems,
    internal_problem,
    locale_of,
    problem,
    refusal_of,
    refusals,
)
from omenigen.kit.http.routes import TransactionalRoute, api_router

__all__ = [
    "ACCESS_COOKIE",
    "BODY_MAX",
    "CSRF_COOKIE",
    "PROBLEM_SCHEMA",
    "REFRESH_COOKIE",
    "SAFE_METHODS",
    "BrokenBody",
    "Envelope",
    "Identify",
    "NoSuchRoute",
    "TransactionalRoute",
    "api_router",
    "away",
    "client_ip",
    "ensure_csrf",
    "install_problems",
    "internal_problem",
    "locale_of",
    "named",
    "problem",
    "refusal_of",
    "refusals",
]
