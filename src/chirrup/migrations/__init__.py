"""The schema's history, as explicit SQL that Alembic applies in order."""

HEAD = "0006"
"""The newest revision; a database of another one is migrated, or refused when it is newer."""
