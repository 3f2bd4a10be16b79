"""Hashtags of posts, and what is counted of hashtags and links to find what trends."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = (
    """
CREATE TABLE post_hashtags (
    tag TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (tag, post_id)
)""",
    """
CREATE TABLE hashtag_backfill (
    id BIGINT PRIMARY KEY,
    below BIGINT NOT NULL
)""",
    """
CREATE TABLE trend_uses (
    post_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    author_id BIGINT NOT NULL,
    lang TEXT NOT NULL,
    PRIMARY KEY (post_id, subject)
)""",
    """
CREATE TABLE trend_hours (
    subject TEXT NOT NULL,
    lang TEXT NOT NULL,
    hour BIGINT NOT NULL,
    authors BIGINT NOT NULL,
    PRIMARY KEY (subject, lang, hour)
)""",
    """
CREATE TABLE trend_lists (
    lang TEXT PRIMARY KEY,
    ranked_at BIGINT NOT NULL,
    trends TEXT NOT NULL
)""",
    """
CREATE TABLE trend_marks (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
)""",
    """
CREATE TABLE trend_terms (
    id BIGINT PRIMARY KEY,
    term TEXT NOT NULL,
    moderator_id BIGINT NOT NULL
)""",
)
_INDEXES = (
    "CREATE INDEX trend_uses_of_subject ON trend_uses (subject, post_id, author_id, lang)",
    "CREATE INDEX trend_hours_by_age ON trend_hours (hour)",
    "CREATE UNIQUE INDEX trend_terms_by_term ON trend_terms (term)",
)
# posts that are there already get their rows by a job, the newest first
_BACKFILL = """
INSERT INTO hashtag_backfill (id, below)
SELECT 1, newest + 1 FROM (SELECT max(id) AS newest FROM posts) AS there WHERE newest IS NOT NULL
"""


def upgrade() -> None:
    """Add them."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in _TABLES:
        op.execute(table if postgres else table.replace("BIGINT", "INTEGER") + " STRICT, WITHOUT ROWID")
    for statement in (*_INDEXES, _BACKFILL):
        op.execute(statement)
