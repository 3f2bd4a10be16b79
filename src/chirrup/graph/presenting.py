"""Profiles as a viewer sees them."""

from collections.abc import Sequence

from chirrup.accounts import Account, Viewer
from chirrup.accounts.schemas import Relationship, User, user
from chirrup.graph.models import Ties
from chirrup.graph.service import Graph
from chirrup.platform.http.pagination import encode_cursor
from chirrup.platform.http.schemas import Page


async def present_users(accounts: Sequence[Account], viewer: Viewer | None, graph: Graph) -> list[User]:
    """Return profiles with the viewer's relationship to each."""
    if viewer is None:
        return [user(account, None) for account in accounts]
    ties = await graph.ties(viewer, [account.id for account in accounts])
    return [user(account, None if account.id == viewer.id else _relationship(ties[account.id])) for account in accounts]


async def present_user(account: Account, viewer: Viewer | None, graph: Graph) -> User:
    """Return one profile with the viewer's relationship to it."""
    return (await present_users([account], viewer, graph))[0]


async def present_listed(account_ids: Sequence[int], viewer: Viewer | None, graph: Graph) -> list[User]:
    """Return the profiles of a list in its order, without those that a block or a ban hides."""
    relations = await graph.relations(viewer)
    accounts = await graph.accounts.by_ids(account_ids)
    shown = [accounts[key] for key in account_ids if key in accounts and key not in relations.blocked]
    return await present_users(shown, viewer, graph)


async def present_page(
    entries: Sequence[tuple[int, int]], limit: int, viewer: Viewer | None, graph: Graph
) -> Page[User]:
    """Return a page of profiles from one more than `limit` entries of (cursor id, account id)."""
    shown = entries[:limit]
    return Page(
        items=await present_listed([account_id for _, account_id in shown], viewer, graph),
        next_cursor=encode_cursor(shown[-1][0]) if len(entries) > limit else None,
    )


def _relationship(ties: Ties) -> Relationship:
    return Relationship(**{field: getattr(ties, field) for field in Ties.__struct_fields__})
