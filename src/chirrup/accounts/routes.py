"""The accounts API: registration, sessions, and one's own profile."""

from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import Cookie

from chirrup.accounts.models import Viewer
from chirrup.accounts.schemas import (
    AccountDeletion,
    Authenticated,
    Login,
    Me,
    PasswordChange,
    ProfileEdit,
    RefreshToken,
    Registration,
    Session,
    authenticated,
    me,
    session,
)
from chirrup.accounts.service import Accounts
from chirrup.accounts.sessions import Device, Grant, Sessions
from chirrup.platform.errors import Forbidden, NotAuthenticated
from chirrup.platform.http.guard import UNLIMITED, Gate, client_address
from chirrup.platform.http.problems import refuses
from chirrup.platform.http.schemas import Page
from chirrup.platform.ids import parse_id
from chirrup.settings import Settings

REFRESH_COOKIE = "chirrup_refresh"
AnyRequest = Request[Any, Any, Any]


@post("/auth/register", opt={"limit": "register"}, responses=refuses(403, 409, 413, 415, 422, 507), tags=["auth"])
async def register(
    data: Registration, request: AnyRequest, accounts: Accounts, sessions: Sessions, settings: Settings
) -> Response[Authenticated]:
    """Make an account and open its first session.

    With `use_cookie`, the refresh token is set as the cookie `chirrup_refresh` (HttpOnly, SameSite=Strict) and is null
    in the answer; that is for browsers, where no script should hold it.
    """
    if settings.registration == "closed":
        raise Forbidden("This community does not take registrations right now.")
    account = await accounts.register(data.username, data.email, data.password, data.display_name)
    grant = await sessions.open(account.id, _device(request))
    return await _answer(grant, accounts, settings, use_cookie=data.use_cookie, status=201)


@post(
    "/auth/login",
    status_code=200,
    opt={"limit": "login"},
    responses=refuses(401, 403, 413, 415, 507),
    tags=["auth"],
)
async def log_in(
    data: Login, request: AnyRequest, accounts: Accounts, sessions: Sessions, settings: Settings, gate: Gate
) -> Response[Authenticated]:
    """Open a session.

    A wrong password and an unknown name answer alike. Attempts are limited by address and by name.
    """
    await gate.count("login-name", data.username.lower(), request.scope)
    grant = await sessions.log_in(data.username, data.password, _device(request))
    return await _answer(grant, accounts, settings, use_cookie=data.use_cookie)


@post(
    "/auth/refresh",
    status_code=200,
    opt={"limit": "refresh"},
    responses=refuses(401, 413, 415, 507),
    tags=["auth"],
)
async def refresh_session(
    data: RefreshToken, request: AnyRequest, accounts: Accounts, sessions: Sessions, settings: Settings
) -> Response[Authenticated]:
    """Exchange a refresh token for a fresh pair; a spent one ends its session.

    Without `refresh_token` in the body the cookie's is meant, and the fresh one is set as the cookie. A client must not
    refresh twice at the same time: the second would bring a spent token.
    """
    grant = await sessions.refresh(_refresh_token(data, request), _device(request))
    return await _answer(grant, accounts, settings, use_cookie=data.refresh_token is None)


@post("/auth/logout", status_code=204, responses=refuses(401, 413, 415, 507), tags=["auth"])
async def log_out(data: RefreshToken, request: AnyRequest, sessions: Sessions) -> Response[None]:
    """End the session of a refresh token.

    Its access tokens stop working at once. A session that is over stays so.
    """
    await sessions.log_out(_refresh_token(data, request))
    answer = Response(content=None, status_code=204)
    answer.delete_cookie(REFRESH_COOKIE, path="/")
    return answer


@post(
    "/auth/password",
    status_code=204,
    opt={"limit": "login"},
    responses=refuses(401, 403, 413, 415, 422, 507),
    tags=["auth"],
)
async def change_password(data: PasswordChange, viewer: Viewer, sessions: Sessions) -> None:
    """Change the password; all other sessions end at once."""
    await sessions.change_password(viewer, data.current_password, data.new_password)


@get("/auth/sessions", responses=refuses(401), tags=["auth"])
async def list_sessions(viewer: Viewer, sessions: Sessions) -> Page[Session]:
    """List one's own sessions, last used first."""
    return Page(items=[session(row, viewer.session_id) for row in await sessions.alive(viewer)], next_cursor=None)


@delete("/auth/sessions/{session_id:str}", responses=refuses(401, 404, 413, 415, 507), tags=["auth"])
async def end_session(session_id: str, viewer: Viewer, sessions: Sessions) -> None:
    """End one of one's own sessions."""
    await sessions.end(viewer, parse_id(session_id))


@get("/users/me", responses=refuses(401), tags=["users"])
async def show_me(viewer: Viewer, accounts: Accounts) -> Me:
    """Show one's own profile."""
    return me(await accounts.get(viewer.id))


@patch("/users/me", responses=refuses(401, 413, 415, 422, 507), tags=["users"])
async def edit_me(data: ProfileEdit, viewer: Viewer, accounts: Accounts) -> Me:
    """Change one's own profile."""
    return me(await accounts.edit(viewer, data.display_name, data.bio, data.is_bot))


@delete("/users/me", opt={"limit": "login"}, responses=refuses(401, 403, 413, 415, 507), tags=["users"])
async def delete_me(data: AccountDeletion, viewer: Viewer, accounts: Accounts) -> None:
    """Delete one's own account for good.

    All that it wrote disappears at once; its name stays taken, so that nobody can pose as its last owner.
    """
    await accounts.delete(viewer, data.password)


@get("/.well-known/jwks.json", opt={"limit": UNLIMITED}, tags=["service"])
async def show_keys(sessions: Sessions) -> dict[str, Any]:
    """Publish the keys that verify access tokens."""
    return sessions.tokens.jwks()


ROUTES = [
    register, log_in, refresh_session, log_out, change_password, list_sessions, end_session, show_me, edit_me,
    delete_me,
]  # fmt: skip
ROOT_ROUTES = [show_keys]


def _device(request: AnyRequest) -> Device:
    return Device(request.headers.get("user-agent", ""), client_address(request.scope))


def _refresh_token(data: RefreshToken, request: AnyRequest) -> str:
    token = data.refresh_token or request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise NotAuthenticated("There is no refresh token.")
    return token


async def _answer(
    grant: Grant, accounts: Accounts, settings: Settings, *, use_cookie: bool, status: int = 200
) -> Response[Authenticated]:
    account = await accounts.get(grant.account_id)
    shown = None if use_cookie else grant.refresh_token
    body = authenticated(account, grant.access_token, shown, grant.expires_in)
    cookie = Cookie(
        REFRESH_COOKIE,
        path="/",
        value=grant.refresh_token,
        max_age=settings.session_days * 86_400,
        httponly=True,
        samesite="strict",
        secure=settings.origin.startswith("https:"),
    )
    return Response(body, status_code=status, cookies=[cookie] if use_cookie else [])
