"""Errors as ``application/problem+json`` (RFC 9457) with a stable ``code``."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from discovery_app.errors import (
    ConfigurationError,
    ConflictError,
    DiscoveryError,
    FileRefusedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    UnavailableError,
    UnknownPhaseError,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5

_STATUSES: Final[Mapping[type[DiscoveryError], HTTPStatus]] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotPermittedError: HTTPStatus.FORBIDDEN,
    NotSignedInError: HTTPStatus.UNAUTHORIZED,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownPhaseError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConflictError: HTTPStatus.CONFLICT,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigurationError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Looked up along a class's bases; what is not here is our own fault: 500."""

_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "not_signed_in",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


class CrossSiteError(DiscoveryError):
    """A browser sent this on behalf of another site."""

    code = "cross_site"

    def __init__(self) -> None:
        super().__init__(
            "This came from another site; open the app itself and do it there."
        )


class NotYourTabError(DiscoveryError):
    """The tab that is to receive the files is another person's, or gone."""

    code = "not_your_tab"

    def __init__(self) -> None:
        super().__init__("This page is no longer connected; reload it and try again.")


class TooLargeError(InvalidInputError):
    """The body is larger than the server takes."""

    code = "too_large"

    def __init__(self, limit_mb: int) -> None:
        super().__init__(
            f"This is larger than {limit_mb} MB; send the files one at a time, or "
            "split them."
        )


class TooManyError(DiscoveryError):
    """The same address asks too often."""

    code = "too_many_requests"


_OWN_STATUSES: Final[Mapping[type[DiscoveryError], HTTPStatus]] = {
    CrossSiteError: HTTPStatus.FORBIDDEN,
    NotYourTabError: HTTPStatus.FORBIDDEN,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
}


def install(app: FastAPI) -> None:
    """Let ``app`` answer every error as a problem."""
    app.add_exception_handler(DiscoveryError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def status_of(error: DiscoveryError) -> HTTPStatus:
    """Return the HTTP status that ``error`` is answered with."""
    statuses = {**_STATUSES, **_OWN_STATUSES}
    for base in type(error).__mro__:
        if base in statuses:
            return statuses[base]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(error: DiscoveryError) -> Response:
    """Return ``error`` as an answer."""
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    match error:
        case NotPermittedError():
            more["permission"] = str(error.permission)
        case FileRefusedError():
            more |= {"file": error.file_name, "rule": error.rule}
        case NotSignedInError():
            headers["WWW-Authenticate"] = "Bearer"
        case UnavailableError() | TooManyError():
            headers["Retry-After"] = str(RETRY_SECONDS)
        case _:
            pass
    return problem(status_of(error), error.code, str(error), headers=headers, **more)


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return an answer that says what went wrong and what to do."""
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code,
        **more,
    }
    return JSONResponse(
        content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


async def _expected(request: Request, error: Exception) -> Response:
    if not isinstance(error, DiscoveryError):
        raise error
    if status_of(error) is HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return problem_of(error)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    wrong = [
        {"at": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
        for one in error.errors()
    ]
    first = wrong[0] if wrong else {"at": "body", "problem": "not readable"}
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        InvalidInputError.code,
        f"Correct {first['at']} and send it again: {first['problem']}.",
        errors=wrong,
    )


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    detail = str(error.detail)
    if status is HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}; /api/docs lists what is."
    return problem(
        status,
        _CODES.get(status.value, f"http_{status.value}"),
        detail,
        headers=error.headers,
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    """Answer without a word of the error; the log has it under the same number."""
    number = uuid4().hex[:12]
    logger.error(
        "Error %s at %s %s", number, request.method, request.url.path, exc_info=error
    )
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        f"Something went wrong here; tell an admin the number {number}.",
        number=number,
    )
