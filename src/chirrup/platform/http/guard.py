"""The gate before each route: who asks, and how often."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from chirrup.platform.errors import NotAuthenticated
from chirrup.platform.http.asgi import Scope
from chirrup.platform.http.limits import Limited, Limits
from chirrup.platform.ports import Decision

UNLIMITED = "unlimited"
TOKEN_DEPENDENCIES = frozenset({"viewer", "reader"})
"""What a handler asks for when it wants to know who sends the request."""


class Identity(Protocol):
    """Who is asking; the accounts slice makes these."""

    @property
    def id(self) -> int:
        """The account."""


class Authenticator(Protocol):
    """Knows whose token it is."""

    async def authenticate(self, access_token: str) -> Any:
        """Return the identity behind a token, or raise NotAuthenticated."""


class Authorizer(Protocol):
    """Knows who may do what."""

    async def check_role(self, account_id: int, role: Any) -> None:
        """Refuse somebody who has a lesser role, by raising Forbidden."""


class Gate:
    """Finds out who asks, where a route wants to know, and counts each request against its limits.

    A route with `opt={"role": …}` is for those who have this role or a higher one.
    """

    def __init__(self, authenticator: Authenticator, authorizer: Authorizer, limits: Limits) -> None:
        self._authenticator = authenticator
        self._authorizer = authorizer
        self._limits = limits

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Litestar's guard: leave the identity in the request's state, or refuse."""
        scope = cast("Scope", connection.scope)
        authorization = connection.headers.get("authorization")
        role = handler.opt.get("role")
        # a login or a refresh does not fail because an old token is still sent along
        anonymous = role is None and TOKEN_DEPENDENCIES.isdisjoint(handler.parsed_fn_signature.parameters)
        identity = None if authorization is None or anonymous else await self.identify(authorization)
        scope["state"]["identity"] = identity
        name = handler.opt.get("limit") or ("read" if scope["method"] in {"GET", "HEAD"} else "write")
        if name != UNLIMITED:
            await self.admit(name, identity, scope)
        if role is not None:
            if identity is None:
                raise NotAuthenticated("This needs an access token.")
            await self._authorizer.check_role(identity.id, role)

    async def identify(self, authorization: str) -> Any:
        """Return the identity behind an Authorization header.

        Raises:
            NotAuthenticated: the scheme is not Bearer, or the token is not valid.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated("Send the access token as `Authorization: Bearer <token>`.")
        return await self._authenticator.authenticate(token)

    async def admit(self, name: str, identity: Identity | None, scope: Mapping[str, Any]) -> Decision | None:
        """Count a request against its account or, without one, its address, and keep the decision for the headers.

        Raises:
            TooManyRequests: a limit is used up.
        """
        if not self._limits.enabled:
            return None
        key = f"account:{identity.id}" if identity is not None else f"address:{client_address(scope)}"
        return await self.count(name, key, scope)

    async def count(self, name: str, key: str, scope: Mapping[str, Any]) -> Decision | None:
        """Count a request against any key, and keep the decision for the headers.

        Raises:
            TooManyRequests: a limit is used up.
        """
        try:
            decision = await self._limits.admit(name, key)
        except Limited as refusal:
            scope["state"]["limit"] = refusal.decision
            raise
        if decision is not None:
            scope["state"]["limit"] = decision
        return decision


def client_address(scope: Mapping[str, Any]) -> str:
    """Return the address that the request comes from; uvicorn has already looked behind trusted proxies."""
    client = scope.get("client")
    return client[0] if client else "unknown"
