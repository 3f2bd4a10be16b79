"""The tables of a community: accounts, graph, posts, likes, timelines, and the outbox."""

from alembic import op

revision = "0001"
down_revision = None

SQLITE = """
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT UNIQUE,
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

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX sessions_of_account ON sessions (account_id);

CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    spent_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

CREATE TABLE follows (
    follower_id INTEGER NOT NULL,
    followee_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX follows_of_followee ON follows (followee_id, id, follower_id);

CREATE TABLE blocks (
    blocker_id INTEGER NOT NULL,
    blocked_id INTEGER NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blocks_of_blocked ON blocks (blocked_id, blocker_id);

CREATE TABLE mutes (
    muter_id INTEGER NOT NULL,
    muted_id INTEGER NOT NULL,
    PRIMARY KEY (muter_id, muted_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    entities TEXT NOT NULL DEFAULT '[]',
    reply_to INTEGER,
    reply_to_author_id INTEGER,
    conversation_id INTEGER NOT NULL,
    retweet_of INTEGER,
    is_retweet INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX posts_of_author ON posts (author_id, id) WHERE NOT deleted;
CREATE INDEX replies_of_post ON posts (reply_to, id) WHERE reply_to IS NOT NULL;
CREATE INDEX public_posts ON posts (id) WHERE NOT deleted AND reply_to IS NULL AND NOT is_retweet;

CREATE TABLE post_counts (
    post_id INTEGER PRIMARY KEY,
    likes INTEGER NOT NULL DEFAULT 0,
    retweets INTEGER NOT NULL DEFAULT 0,
    replies INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE retweets (
    account_id INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (account_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX retweets_of_post ON retweets (post_id, id, account_id);

CREATE TABLE likes (
    account_id INTEGER NOT NULL,
    post_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (account_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX likes_of_post ON likes (post_id, id, account_id);
CREATE UNIQUE INDEX likes_of_account ON likes (account_id, id, post_id);

CREATE TABLE pulled_authors (
    author_id INTEGER PRIMARY KEY,
    draining INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE markers (
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    post_id INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    account_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    resource_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    key INTEGER NOT NULL,
    payload BLOB NOT NULL,
    request_id TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE consumers (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    request_id TEXT,
    published_at INTEGER NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    retrying INTEGER NOT NULL DEFAULT 0
) STRICT;
"""


def upgrade() -> None:
    """Create everything; on PostgreSQL, where no instance is this old, the next revision does."""
    if op.get_bind().dialect.name == "postgresql":
        return
    for statement in SQLITE.split(";"):
        if statement.strip():
            op.execute(statement)
