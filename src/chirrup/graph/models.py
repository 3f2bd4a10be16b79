"""How accounts stand to each other."""

import msgspec


class Relations(msgspec.Struct, frozen=True):
    """How one account stands to all others, as every list that it reads needs to know."""

    following: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    """Accounts that it blocks or that block it."""
    muted: frozenset[int] = frozenset()
    digest: int = 0
    """Differs between any two sets of follows; following somebody anew makes another set."""

    def hides(self, account_id: int) -> bool:
        """Return whether lists that mix authors leave this one out."""
        return account_id in self.blocked or account_id in self.muted


class Ties(msgspec.Struct, frozen=True):
    """How one account stands to another."""

    following: bool
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool


NO_RELATIONS = Relations()
