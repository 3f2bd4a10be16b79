"""The kinds of refusal, each mapped to one HTTP status in `platform.http.problems`."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of the program
    """A request that cannot be granted, with a sentence that its sender can act on."""

    status = 400
    title = "Bad request"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class Malformed(Refusal):
    """The request cannot be read: a broken body, id, cursor or header."""


class NotAuthenticated(Refusal):
    """There is no valid token, or the password is wrong."""

    status = 401
    title = "Not authenticated"


class Forbidden(Refusal):
    """The sender is known and may not do this."""

    status = 403
    title = "Forbidden"


class NotFound(Refusal):
    """It is not there, or not visible to the sender."""

    status = 404
    title = "Not found"


class Conflict(Refusal):
    """It clashes with what is there, such as a username already taken."""

    status = 409
    title = "Conflict"


class TooLarge(Refusal):
    """There is more of it than is taken."""

    status = 413
    title = "Too large"


class UnsupportedMedia(Refusal):
    """It is of a kind that is not taken here."""

    status = 415
    title = "Unsupported media type"


class RuleBroken(Refusal):
    """The request is well-formed and breaks a rule of the product."""

    status = 422
    title = "Rule broken"


class TooManyRequests(Refusal):
    """A rate limit is used up."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """A needed part cannot serve right now; the same request may succeed later."""

    status = 503
    title = "Unavailable"


class Interrupted(Unavailable):
    """The database undid a transaction, such as for a deadlock: nothing was saved, and the same may succeed."""


class StorageFull(Refusal):
    """The disk is full; nothing was written."""

    status = 507
    title = "Insufficient storage"


class PushFailed(Exception):  # noqa: N818 - as above
    """A push service did not take a message; the text says why. Sent once more, it may."""

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        """The service may have asked for so many seconds without another attempt."""
        super().__init__(reason)
        self.retry_after = retry_after


class StartRefused(Exception):  # noqa: N818 - as above
    """The process must not start on this data directory or these settings; the text is one sentence."""
