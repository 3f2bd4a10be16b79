"""What every operation of the OpenAPI document shares: headers, problems, security."""

from typing import Any

from chirrup.platform.http.problems import PROBLEM_TYPE, TITLES

COMMON_HEADERS = ("X-Request-ID",)
LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")

HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The caller's own, if it sent 1 to 64 of `A-Z a-z 0-9 . _ : / + = -`, else a new one; it is in"
        " the log of the server, too.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 64},
        "example": "b5f1c20d9a3e-1f",
    },
    "RateLimit": {
        "description": "What is left of the limit (`r`) and the seconds until there is one more (`t`). Absent where"
        " limits are off.",
        "schema": {"type": "string"},
        "example": '"read";r=299;t=0',
    },
    "RateLimit-Policy": {
        "description": "The limit: so many requests (`q`) in so many seconds (`w`). Absent where limits are off.",
        "schema": {"type": "string"},
        "example": '"read";q=600;w=60',
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "12",
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "required": True,
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}

SECURITY: dict[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` of a login, a registration or a refresh.",
    }
}

_MEANINGS = {
    400: ("A body, parameter, header or cursor cannot be read.", "The cursor is not valid; start again without one."),
    401: ("There is no valid access token, or the password is wrong.", "This needs an access token."),
    403: ("You are known and may not do this.", "You and @robin do not see each other's posts."),
    404: ("It is not there, or not visible to you.", "There is no such post."),
    409: ("It clashes with what is there.", "This username is taken."),
    413: ("The body is larger than 64 KiB, or an upload than is taken.", "A body has at most 65536 bytes."),
    415: ("The body has another type than is asked for.", "Send the body as application/json in UTF-8."),
    422: ("The request can be read and breaks a rule.", "A post has at most 280 characters."),
    429: ("The limit is used up.", "Too many requests of this kind; try again in 12 s."),
    503: ("A part that is needed cannot serve right now; try again later.", "The database is locked; try again."),
    507: ("The server's disk is full; nothing was written.", "The disk is full."),
}  # fmt: skip


def problem_responses(example: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of refusals by the names `Problem400`, `Problem401`, …"""
    own = {401: "WWW-Authenticate", 429: "Retry-After"}
    answers = {}
    for status, (description, detail) in _MEANINGS.items():
        names = [*COMMON_HEADERS, *LIMIT_HEADERS, *filter(None, [own.get(status)])]
        answers[f"Problem{status}"] = {
            "description": description,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
            "content": {
                PROBLEM_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": example | {"title": TITLES[status], "status": status, "detail": detail, "errors": []},
                }
            },
        }
    return answers
