"""Who was reached when by a fan-out, and since when an author is pulled."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STEPS = """
CREATE TABLE fan_out_steps (
    post_id BIGINT NOT NULL,
    after BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    visited BIGINT,
    reached BIGINT,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (post_id, after)
)"""
_SINCE = "ALTER TABLE pulled_authors ADD COLUMN since {} NOT NULL DEFAULT 0"


def upgrade() -> None:
    """Add both."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_STEPS)
        op.execute(_SINCE.format("BIGINT"))
    else:
        op.execute(_STEPS.replace("BIGINT", "INTEGER") + " STRICT, WITHOUT ROWID")
        op.execute(_SINCE.format("INTEGER"))
