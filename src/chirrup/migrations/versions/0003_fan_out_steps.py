"""Who was reached when by a fan-out, since when an author is pulled, and a consumer for the steps alone."""

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
_CONSUMER = """
INSERT INTO consumers ({0}, name) SELECT {0}, 'timelines.steps' FROM consumers WHERE name = 'timelines.fan_out' {1}
"""
_SINCE = "ALTER TABLE pulled_authors ADD COLUMN since {} NOT NULL DEFAULT 0"


def upgrade() -> None:
    """Add them; the new consumer stands where the one stood that took the steps so far."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_STEPS)
        op.execute(_SINCE.format("BIGINT"))
        op.execute(_CONSUMER.format("topic, shard, position", "AND topic = 'timelines'"))
    else:
        op.execute(_STEPS.replace("BIGINT", "INTEGER") + " STRICT, WITHOUT ROWID")
        op.execute(_SINCE.format("INTEGER"))
        op.execute(_CONSUMER.format("position", ""))
