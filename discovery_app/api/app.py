"""The FastAPI app: sign-in, the API, its description, and every error as a problem.

Reflex is mounted under it, so that what no route here takes is a page.
"""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException

from discovery_app.api import (
    analysis,
    assets,
    auth,
    conflicts,
    data_imports,
    docs,
    end_of_life,
    engagements,
    exports,
    health,
    import_changes,
    import_issues,
    metrics,
    narrative,
    problems,
    readings,
    row_corrections,
    workers,
    workflow_acts,
    workflows,
)
from discovery_app.api.headers import SecurityHeaders
from discovery_app.api.request_ids import RequestIds

V1_ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    engagements.router,
    data_imports.router,
    workflow_acts.router,
    workflows.router,
    readings.router,
    assets.router,
    conflicts.router,
    exports.router,
    import_issues.router,
    analysis.router,
    end_of_life.router,
    narrative.router,
    import_changes.router,
    row_corrections.router,
    workers.router,
    metrics.router,
)
"""Every router under ``/api/v1``, in the order of the description."""

_EVERY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build_api(pages: Path) -> FastAPI:
    """Return the app, for one server.

    Args:
        pages: The folder of the built pages, for the security headers.
    """
    app = FastAPI(
        title="Discovery API",
        version="1",
        description=(
            "Send the session's cookie, or Authorization: Bearer with an API token. "
            "Errors are application/problem+json; compare their code."
        ),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(auth.router)
    app.include_router(docs.router)
    for router in V1_ROUTERS:
        app.include_router(router, prefix="/api/v1")
    # Below every real route: an unknown call is a problem, not a page.
    app.add_api_route(
        "/api/{rest:path}",
        _unknown,
        methods=_EVERY_METHOD,
        include_in_schema=False,
    )
    app.add_middleware(SecurityHeaders, pages=pages)
    app.add_middleware(RequestIds)
    return app


def _unknown(request: Request, rest: str) -> None:
    raise HTTPException(404)
