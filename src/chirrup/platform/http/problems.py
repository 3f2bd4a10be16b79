"""Errors as clients see them: RFC 9457 problem documents, made in this one place."""

import math
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    ImproperlyConfiguredException,
    MethodNotAllowedException,
    NotFoundException,
    SerializationException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec

from chirrup.platform.errors import Malformed, NotAuthenticated, NotFound, Refusal, TooManyRequests
from chirrup.platform.http.schemas import FieldError, Problem

PROBLEM_TYPE = "application/problem+json"
log = structlog.get_logger()

TITLES = {
    400: "Bad request", 401: "Not authenticated", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 413: "Too large", 415: "Unsupported media type", 422: "Rule broken", 429: "Too many requests",
    500: "Internal error", 503: "Unavailable", 507: "Insufficient storage",
}  # fmt: skip


def problem(status: int, detail: str, request_id: str, errors: list[FieldError] | None = None) -> bytes:
    """Return the body of a problem document."""
    return msgspec.json.encode(
        Problem(
            type="about:blank",
            title=TITLES[status],
            status=status,
            detail=detail,
            request_id=request_id,
            errors=errors or [],
        )
    )


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """Return the headers that belong to a refusal."""
    if isinstance(refusal, TooManyRequests):
        return {"Retry-After": str(math.ceil(refusal.retry_after))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(refusal, NotAuthenticated) else {}


def refusal_body(refusal: Refusal, request_id: str) -> bytes:
    """Return the problem document of a refusal."""
    errors = [FieldError(field=refusal.field, message=refusal.detail)] if refusal.field else []
    return problem(refusal.status, refusal.detail, request_id, errors)


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Turn any exception into a problem document."""
    request_id = request.scope["state"]["request_id"]
    headers: dict[str, str] = {}
    errors: list[FieldError] = []
    match error:
        case Refusal():
            return Response(
                refusal_body(error, request_id),
                status_code=error.status,
                media_type=PROBLEM_TYPE,
                headers=refusal_headers(error),
            )
        case ValidationException():
            status, detail = 400, "A parameter or field does not have the form that is asked for."
            errors = [_field_error(item) for item in error.extra or []]
        case SerializationException():
            status, detail = 400, "The body cannot be read as JSON."
        case NotFoundException():
            status, detail = NotFound.status, "There is nothing at this address."
        case RequestEntityTooLarge():
            status, detail = 413, "The body is too large."
        case MethodNotAllowedException():
            status, detail = 405, f"{request.method} is not allowed here."
            headers = dict(error.headers or {})
        case HTTPException() if not isinstance(error, ImproperlyConfiguredException) and error.status_code < 500:
            status = error.status_code if error.status_code in TITLES else Malformed.status
            detail = error.detail
        case _:
            log.error("http.failed", method=request.method, path=request.url.path, exc_info=error)
            status, detail = 500, "Something went wrong here; the log has the details under this request id."
    return Response(
        problem(status, detail, request_id, errors), status_code=status, media_type=PROBLEM_TYPE, headers=headers
    )


def _field_error(item: Any) -> FieldError:
    if not isinstance(item, dict) or item.get("key") == "data":
        return FieldError(field="body", message="A JSON body is needed.")
    name = str(item.get("key"))
    if item.get("source") == "header":
        name = name.replace("_", "-").title()
    return FieldError(field=name, message=str(item.get("message")))


def refuses(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the documentation of the problems that a route can answer, beside those that any route can."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=TITLES[status],
            media_type=PROBLEM_TYPE,
            generate_examples=False,
        )
        for status in sorted({400, 429, 503, *statuses})
    }
