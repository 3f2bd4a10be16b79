"""Pictures: the files there are, what accounts have uploaded, and which posts show any."""

from alembic import op

revision = "0006"
down_revision = "0005"

_FILES = """
CREATE TABLE media_files (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BYTEA,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    animated BOOLEAN NOT NULL,
    blurhash TEXT NOT NULL,
    versions TEXT NOT NULL,
    size BIGINT NOT NULL,
    unused_since BIGINT
)"""
_MEDIA = """
CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    alt TEXT NOT NULL,
    size BIGINT NOT NULL,
    purpose TEXT NOT NULL DEFAULT '' CHECK (purpose IN ('', 'post', 'avatar', 'banner')),
    post_id BIGINT,
    place BIGINT NOT NULL DEFAULT 0
)"""
_INDEXES = (
    "CREATE UNIQUE INDEX media_files_by_hash ON media_files (hash) WHERE hash IS NOT NULL",
    "CREATE INDEX unused_media_files ON media_files (unused_since) WHERE unused_since IS NOT NULL",
    "CREATE INDEX media_of_owner ON media (owner_id, purpose, size)",
    "CREATE INDEX media_of_post ON media (post_id, place) WHERE post_id IS NOT NULL",
    "CREATE INDEX media_of_file ON media (file_id)",
    "CREATE INDEX loose_media ON media (id) WHERE purpose = ''",
    "CREATE INDEX posts_with_media ON posts (author_id, id) WHERE has_media AND NOT deleted",
)
_MARK = "ALTER TABLE posts ADD COLUMN has_media {} NOT NULL DEFAULT {}"


def upgrade() -> None:
    """Add them; no post of before shows anything."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_MARK.format("BOOLEAN", "false"))
        tables = [_FILES, _MEDIA]
    else:
        op.execute(_MARK.format("INTEGER", "0"))
        kinds = {"BIGINT": "INTEGER", "BOOLEAN": "INTEGER", "BYTEA": "BLOB"}
        tables = [_translated(table, kinds) + " STRICT" for table in (_FILES, _MEDIA)]
    for statement in (*tables, *_INDEXES):
        op.execute(statement)


def _translated(statement: str, kinds: dict[str, str]) -> str:
    for theirs, ours in kinds.items():
        statement = statement.replace(theirs, ours)
    return statement
