"""The key by which push services know an instance: made once, and kept in the database that all processes share."""

from chirrup.platform.adapters.push.web import make_private_key
from chirrup.platform.ports import Database


async def private_key(db: Database) -> str:
    """Return the key of Web Push in PEM; the first who asks makes it."""
    row = await db.read.first("SELECT private_key FROM push_keys WHERE service = 'web'")
    if row is None:
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO push_keys (service, private_key) VALUES ('web', $1) ON CONFLICT DO NOTHING",
                make_private_key(),
            )
            row = await tx.first("SELECT private_key FROM push_keys WHERE service = 'web'")
    assert row is not None
    key: str = row[0]
    return key
