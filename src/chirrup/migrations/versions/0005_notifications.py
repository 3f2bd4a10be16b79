"""Notifications, what accounts want of them, and the devices that they are pushed to."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
CREATE TABLE notifications (
    id BIGINT PRIMARY KEY,
    recipient_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    read_id BIGINT NOT NULL DEFAULT 0,
    announced BIGINT NOT NULL DEFAULT 0
)""",
    "CREATE UNIQUE INDEX notifications_of_subject ON notifications (subject_id, recipient_id, kind)",
    "CREATE INDEX notifications_of_recipient ON notifications (recipient_id, latest, kind)",
    "CREATE INDEX unread_notifications ON notifications (recipient_id, latest, kind) WHERE latest > read_id",
    """
CREATE TABLE notification_preferences (
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    shown BOOLEAN NOT NULL,
    pushed BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, kind)
)""",
    """
CREATE TABLE push_devices (
    session_id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    service TEXT NOT NULL,
    address TEXT NOT NULL,
    public_key TEXT NOT NULL,
    secret TEXT NOT NULL
)""",
    "CREATE INDEX push_devices_of_account ON push_devices (account_id)",
    "CREATE UNIQUE INDEX push_devices_by_address ON push_devices (address)",
    """
CREATE TABLE push_retries (
    session_id BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, notification_id)
)""",
    "CREATE INDEX push_retries_by_time ON push_retries (due_at)",
    """
CREATE TABLE push_keys (
    service TEXT PRIMARY KEY,
    private_key TEXT NOT NULL
)""",
)


def upgrade() -> None:
    """Add them."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _STATEMENTS:
        text = statement
        if not postgres:
            text = text.replace("BIGINT", "INTEGER").replace("BOOLEAN", "INTEGER")
            text += " STRICT" if "CREATE TABLE" in text else ""
        op.execute(text)
