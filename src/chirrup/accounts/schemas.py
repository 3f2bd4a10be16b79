"""Bodies of the accounts API."""

from typing import Annotated, Literal

from msgspec import Meta

from chirrup.accounts.models import Account, Role
from chirrup.accounts.store import SessionRow
from chirrup.platform.clock import rfc3339
from chirrup.platform.http.schemas import Answer, Body, Count, Id, Timestamp
from chirrup.platform.ids import time_of

Username = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]{1,30}$", examples=["wren"])]
Password = Annotated[str, Meta(min_length=8, max_length=256, examples=["correct horse battery"])]
AnyPassword = Annotated[str, Meta(max_length=256, examples=["correct horse battery"])]
Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["wren@example.org"])]
TOKEN_TYPE: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme, not a secret
DisplayName = Annotated[str, Meta(description="Up to 50 user-perceived characters.", examples=["Jenny Wren"])]
Bio = Annotated[str, Meta(description="Up to 500 user-perceived characters.", examples=["Small bird, loud voice."])]
UseCookie = Annotated[
    bool, Meta(description="Keep the refresh token in an HttpOnly cookie, and leave it out of the answer.")
]
_REFRESH_EXAMPLE = "fL3wQ0jZ9nXvT2yKcR8sB1mHd5uGpE7aOi4xVtN6YkM"


class UserSummary(Answer, frozen=True, kw_only=True):
    """What stands beside a post."""

    id: Id
    username: Username
    display_name: DisplayName
    avatar_url: str | None
    verified: bool


class Relationship(Answer, frozen=True, kw_only=True):
    """How the asking account and another stand to each other."""

    following: bool
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool


class User(Answer, frozen=True, kw_only=True):
    """A profile; `viewer` is null without a token and on one's own profile."""

    id: Id
    username: Username
    display_name: DisplayName
    bio: Bio
    avatar_url: str | None
    banner_url: str | None
    created_at: Timestamp
    followers_count: Count
    following_count: Count
    posts_count: Count
    verified: bool
    is_bot: bool
    viewer: Relationship | None


class Me(User, frozen=True, kw_only=True):
    """One's own profile."""

    email: Annotated[str | None, Meta(examples=["wren@example.org"])]
    role: Annotated[Role, Meta(examples=["member"])]


class Registration(Body, frozen=True, kw_only=True):
    """A new account."""

    username: Username
    email: Email
    password: Password
    display_name: str | None = None
    use_cookie: UseCookie = False


class Login(Body, frozen=True, kw_only=True):
    """Username or e-mail, and password."""

    username: Annotated[str, Meta(min_length=1, max_length=254, examples=["wren"])]
    password: AnyPassword
    use_cookie: UseCookie = False


class RefreshToken(Body, frozen=True, kw_only=True):
    """A refresh token; without one, the cookie's is meant."""

    refresh_token: Annotated[Annotated[str, Meta(max_length=256)] | None, Meta(examples=[_REFRESH_EXAMPLE])] = None


class Authenticated(Answer, frozen=True, kw_only=True):
    """An open session."""

    user: Me
    access_token: Annotated[str, Meta(description="A JSON Web Token.", examples=["eyJhbGciOiJSUzI1NiIs…"])]
    refresh_token: Annotated[
        str | None, Meta(description="Null when it is in the cookie.", examples=[_REFRESH_EXAMPLE])
    ]
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Meta(ge=1, description="Seconds that the access token is valid.", examples=[900])]


class PasswordChange(Body, frozen=True, kw_only=True):
    """The current password and its replacement."""

    current_password: AnyPassword
    new_password: Password


class Session(Answer, frozen=True, kw_only=True):
    """A device that is logged in."""

    id: Id
    created_at: Timestamp
    last_used_at: Timestamp
    user_agent: Annotated[str, Meta(examples=["Mozilla/5.0 (X11; Linux x86_64)"])]
    address: Annotated[str, Meta(description="The address of the last refresh.", examples=["192.0.2.17"])]
    current: bool


class ProfileEdit(Body, frozen=True, kw_only=True):
    """What to change; fields left out or null stay as they are."""

    display_name: Annotated[Annotated[str, Meta(max_length=400)] | None, Meta(examples=["Jenny Wren"])] = None
    bio: Annotated[Annotated[str, Meta(max_length=4000)] | None, Meta(examples=["Small bird, loud voice."])] = None
    is_bot: bool | None = None


class AccountDeletion(Body, frozen=True, kw_only=True):
    """The password, so that an unlocked phone cannot delete an account."""

    password: AnyPassword


def user(account: Account, viewer: Relationship | None) -> User:
    """Present an account to somebody."""
    return User(
        id=str(account.id),
        username=account.username,
        display_name=account.display_name,
        bio=account.bio,
        avatar_url=account.avatar_url,
        banner_url=account.banner_url,
        created_at=rfc3339(time_of(account.id)),
        followers_count=account.followers_count,
        following_count=account.following_count,
        posts_count=account.posts_count,
        verified=account.verified,
        is_bot=account.is_bot,
        viewer=viewer,
    )


def me(account: Account) -> Me:
    """Present an account to its owner."""
    shown = user(account, None)
    fields = {field: getattr(shown, field) for field in User.__struct_fields__}
    return Me(**fields, email=account.email, role=account.role)


def authenticated(account: Account, access_token: str, refresh_token: str | None, expires_in: int) -> Authenticated:
    """Present an open session to its owner."""
    return Authenticated(
        user=me(account),
        access_token=access_token,
        refresh_token=refresh_token,
        token_type=TOKEN_TYPE,
        expires_in=expires_in,
    )


def session(row: SessionRow, current_id: int) -> Session:
    """Present a session to its owner."""
    return Session(
        id=str(row.id),
        created_at=rfc3339(row.created_at),
        last_used_at=rfc3339(row.last_used_at),
        user_agent=row.user_agent,
        address=row.address,
        current=row.id == current_id,
    )
