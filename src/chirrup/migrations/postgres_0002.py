"""What revision 0002 creates on PostgreSQL: the tables of a community that many processes serve.

Accounts are in 8 partitions by hash. Posts are in partitions by id, which begins with the time: one a quarter, which a
job makes ahead between one for all that is earlier and one for all that is later; here the latter is all there is.
References between tables are foreign keys where one side is written rarely, as with sessions; the others are examined
by `chirrup check`, since each would lock rows that many want to write at once, such as the account of a giant at each
follow.
"""

ACCOUNT_PARTITIONS = 8

_TABLES = """
CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    username TEXT NOT NULL,
    email TEXT,
    password_hash TEXT,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL DEFAULT '',
    avatar_url TEXT,
    banner_url TEXT,
    role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'moderator', 'admin')),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'banned', 'deleted')),
    verified BOOLEAN NOT NULL DEFAULT false,
    is_bot BOOLEAN NOT NULL DEFAULT false,
    followers_count BIGINT NOT NULL DEFAULT 0,
    following_count BIGINT NOT NULL DEFAULT 0,
    posts_count BIGINT NOT NULL DEFAULT 0
) PARTITION BY HASH (id);

CREATE TABLE logins (
    login TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL
);
CREATE INDEX logins_of_account ON logins (account_id);

CREATE TABLE sessions (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_of_account ON sessions (account_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX revoked_sessions ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    token_hash BYTEA PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    spent_at BIGINT
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);
CREATE INDEX spent_refresh_tokens ON refresh_tokens (spent_at) WHERE spent_at IS NOT NULL;

CREATE TABLE follows (
    follower_id BIGINT NOT NULL,
    followee_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE UNIQUE INDEX follows_of_followee ON follows (followee_id, id, follower_id);
CREATE INDEX follows_of_follower ON follows (follower_id, id, followee_id);

CREATE TABLE blocks (
    blocker_id BIGINT NOT NULL,
    blocked_id BIGINT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);
CREATE UNIQUE INDEX blocks_of_blocked ON blocks (blocked_id, blocker_id);

CREATE TABLE mutes (
    muter_id BIGINT NOT NULL,
    muted_id BIGINT NOT NULL,
    PRIMARY KEY (muter_id, muted_id)
);
CREATE INDEX mutes_of_muted ON mutes (muted_id);

CREATE TABLE posts (
    id BIGINT PRIMARY KEY,
    author_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    entities TEXT NOT NULL DEFAULT '[]',
    reply_to BIGINT,
    reply_to_author_id BIGINT,
    conversation_id BIGINT NOT NULL,
    retweet_of BIGINT,
    is_retweet BOOLEAN NOT NULL DEFAULT false,
    deleted BOOLEAN NOT NULL DEFAULT false
) PARTITION BY RANGE (id);
CREATE INDEX posts_of_author ON posts (author_id, id) INCLUDE (reply_to) WHERE NOT deleted;
CREATE INDEX replies_of_post ON posts (reply_to, id) WHERE reply_to IS NOT NULL;
CREATE INDEX public_posts ON posts (id) WHERE NOT deleted AND reply_to IS NULL AND NOT is_retweet;
CREATE TABLE posts_later PARTITION OF posts FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
ALTER TABLE posts ALTER COLUMN author_id SET (n_distinct_inherited = 2000);
ALTER TABLE posts_later ALTER COLUMN author_id SET (n_distinct = 2000);

CREATE TABLE post_counts (
    post_id BIGINT PRIMARY KEY,
    likes BIGINT NOT NULL DEFAULT 0,
    retweets BIGINT NOT NULL DEFAULT 0,
    replies BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

CREATE TABLE retweets (
    account_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (account_id, post_id)
);
CREATE UNIQUE INDEX retweets_of_post ON retweets (post_id, id, account_id);

CREATE TABLE likes (
    account_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (account_id, post_id)
);
CREATE UNIQUE INDEX likes_of_post ON likes (post_id, id, account_id);
CREATE UNIQUE INDEX likes_of_account ON likes (account_id, id, post_id);

CREATE TABLE pulled_authors (
    author_id BIGINT PRIMARY KEY,
    draining BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE markers (
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE idempotency_keys (
    account_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    resource_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
"""

_LOG = """
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic TEXT NOT NULL,
    shard SMALLINT NOT NULL,
    seq BIGINT,
    type TEXT NOT NULL,
    key BIGINT NOT NULL,
    payload BYTEA NOT NULL,
    request_id TEXT,
    created_at BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE UNIQUE INDEX outbox_in_order ON outbox (topic, shard, seq);
CREATE INDEX outbox_unnumbered ON outbox (id) WHERE seq IS NULL;

CREATE TABLE outbox_shards (
    topic TEXT NOT NULL,
    shard SMALLINT NOT NULL,
    newest BIGINT NOT NULL DEFAULT 0,
    published BIGINT NOT NULL DEFAULT 0,
    timeline INTEGER NOT NULL DEFAULT 0,
    forked BIGINT NOT NULL DEFAULT 0,
    resumed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, shard)
) WITH (fillfactor = 20);

CREATE TABLE consumers (
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    shard SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (name, topic, shard)
) WITH (fillfactor = 50);

CREATE TABLE dead_letters (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    type TEXT NOT NULL,
    payload BYTEA NOT NULL,
    request_id TEXT,
    published_at BIGINT NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    retrying BOOLEAN NOT NULL DEFAULT false
);
CREATE INDEX dead_letters_of_consumer ON dead_letters (consumer, id);
"""

# an account is changed whenever one of its counts is: the free space keeps such a change within its page
_PARTITION_OF_ACCOUNTS = """
CREATE TABLE accounts_{n} PARTITION OF accounts FOR VALUES WITH (MODULUS {modulus}, REMAINDER {n})
    WITH (fillfactor = 85)
"""


def statements() -> list[str]:
    """Return the statements, one by one."""
    partitions = [
        _PARTITION_OF_ACCOUNTS.format(n=number, modulus=ACCOUNT_PARTITIONS) for number in range(ACCOUNT_PARTITIONS)
    ]
    tables = [statement.strip() for statement in f"{_TABLES}{_LOG}".split(";")]
    return [*filter(None, tables), *partitions]
