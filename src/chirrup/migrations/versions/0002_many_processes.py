"""Logins in a table of their own, and everything on PostgreSQL.

A partitioned table can only hold unique what names its partition, so the names and addresses that accounts are found
by are rows of their own: usernames in lower case, and e-mail addresses, which contain the @ that no username does.
"""

from alembic import op

from chirrup.migrations import postgres_0002

revision = "0002"
down_revision = "0001"

SQLITE = """
CREATE TABLE logins (
    login TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO logins (login, account_id) SELECT username_key, id FROM accounts ORDER BY username_key;
INSERT INTO logins (login, account_id) SELECT email, id FROM accounts WHERE email IS NOT NULL ORDER BY email;
CREATE INDEX logins_of_account ON logins (account_id);

CREATE TABLE accounts_without_keys (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    email TEXT,
    password_hash TEXT,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL DEFAULT '',
    avatar_url TEXT,
    banner_url TEXT,
    role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'moderator', 'admin')),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'banned', 'deleted')),
    verified INTEGER NOT NULL DEFAULT 0,
    is_bot INTEGER NOT NULL DEFAULT 0,
    followers_count INTEGER NOT NULL DEFAULT 0,
    following_count INTEGER NOT NULL DEFAULT 0,
    posts_count INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO accounts_without_keys
    SELECT id, username, email, password_hash, display_name, bio, avatar_url, banner_url, role, status,
        verified, is_bot, followers_count, following_count, posts_count
    FROM accounts ORDER BY id;
DROP TABLE accounts;
ALTER TABLE accounts_without_keys RENAME TO accounts;
"""


def upgrade() -> None:
    """Move the logins out of the accounts, or create everything."""
    if op.get_bind().dialect.name == "postgresql":
        statements = postgres_0002.statements()
    else:
        statements = [statement for statement in SQLITE.split(";") if statement.strip()]
    for statement in statements:
        op.execute(statement)
