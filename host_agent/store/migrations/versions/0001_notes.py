"""Callback notes, their history, and the ids of deleted ones."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first three tables."""
    op.create_table(
        "notes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(32)),
        sa.Column("pressed_at", sa.Double, nullable=False),
        sa.Column("certainty", sa.String(16), nullable=False),
        sa.Column("arrived_at", sa.Double, nullable=False),
        sa.Column("caller_name", sa.Text),
        sa.Column("caller_number", sa.String(32)),
        sa.Column("withheld", sa.Boolean, nullable=False),
        sa.Column("queue", sa.String(64)),
        sa.Column("line", sa.String(32)),
        sa.Column("for_whom", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("promised_by", sa.Double),
        sa.Column("assigned_to", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("closed_at", sa.Double),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("conflict", sa.String(64)),
    )
    op.create_index("notes_by_state", "notes", ["state", "promised_by", "pressed_at"])
    op.create_index("notes_by_closing", "notes", ["state", "closed_at"])
    op.create_table(
        "history",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("note_id", sa.String(32), sa.ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
    )
    op.create_index("history_of_note", "history", ["note_id", "serial"])
    op.create_table(
        "tombstones",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("rev", sa.Integer, nullable=False),
    )
