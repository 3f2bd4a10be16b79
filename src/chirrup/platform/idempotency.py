"""Repeated requests: the same key and body answer as the first time, whatever happened to the connection."""

import hashlib

import msgspec

from chirrup.platform.errors import RuleBroken
from chirrup.platform.ports import Transaction


class IdempotencyKey(msgspec.Struct, frozen=True):
    """A key of an account, and the fingerprint of the request that it stands for."""

    account_id: int
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, account_id: int, key: str, request: bytes) -> "IdempotencyKey":
        """Bind a key to a request."""
        return cls(account_id, key, hashlib.sha256(request).digest())


class IdempotencyStore:
    """All SQL of idempotency keys, used inside the transaction that does the work."""

    async def resource(self, tx: Transaction, key: IdempotencyKey | None) -> int | None:
        """Return the id of what the first request with this key made; None where this is the first.

        Raises:
            RuleBroken: the key was used for another request.
        """
        if key is None:
            return None
        row = await tx.first(
            "SELECT fingerprint, resource_id FROM idempotency_keys WHERE account_id = $1 AND key = $2",
            key.account_id, key.key,
        )  # fmt: skip
        if row is None:
            return None
        if row[0] != key.fingerprint:
            raise RuleBroken("This Idempotency-Key was used for another request.", field="Idempotency-Key")
        resource: int = row[1]
        return resource

    async def keep(self, tx: Transaction, key: IdempotencyKey | None, resource_id: int, now: int) -> None:
        """Record what a request has made."""
        if key is not None:
            await tx.run(
                "INSERT INTO idempotency_keys (account_id, key, fingerprint, resource_id, created_at)"
                " VALUES ($1, $2, $3, $4, $5)",
                key.account_id, key.key, key.fingerprint, resource_id, now,
            )  # fmt: skip

    async def delete_old(self, tx: Transaction, before: int) -> int:
        """Delete keys used before a moment; return how many."""
        return await tx.run("DELETE FROM idempotency_keys WHERE created_at < $1", before)
