"""Reminders that were told, notices to deliver, and colleagues' links."""

import sqlalchemy as sa
from alembic import op

revision = "0004_notices"
down_revision = "0003_directory"

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _note() -> sa.ForeignKey:
    return sa.ForeignKey("notes.id", ondelete="CASCADE")


def upgrade() -> None:
    """Make three tables."""
    op.create_table(
        "reminders",
        sa.Column("note_id", sa.String(32), _note(), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("told_at", sa.Double, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("serial", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("note_id", sa.String(32), _note(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("address", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("fault", sa.Text),
        sa.Column("settled_at", sa.Double),
    )
    op.create_index("notices_by_fate", "notices", ["fate", "next_try_at"])
    op.create_index("notices_of_note", "notices", ["note_id", "serial"])
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("note_id", sa.String(32), _note(), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double),
    )
    op.create_index("links_of_note", "links", ["note_id", "who"])
