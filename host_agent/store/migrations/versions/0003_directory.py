"""People made by hand, callers who hung up while waiting, and calls that may tick a note off."""

import sqlalchemy as sa
from alembic import op

revision = "0003_directory"
down_revision = "0002_people"


def upgrade() -> None:
    """Make five tables."""
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("organisation", sa.Text),
        sa.Column("numbers", sa.JSON, nullable=False),
    )
    op.create_table(
        "colleagues",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("extension", sa.String(32)),
        sa.Column("email", sa.Text),
        sa.Column("notify_urls", sa.JSON, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("deputy", sa.Text),
        sa.Column("absent_until", sa.Double),
        sa.Column("team", sa.Text),
        sa.Column("lead", sa.Boolean, nullable=False),
    )
    op.create_table(
        "missed_calls",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("waited_s", sa.Double),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("note_id", sa.String(32), sa.ForeignKey("notes.id", ondelete="CASCADE")),
    )
    op.create_index("missed_calls_by_fate", "missed_calls", ["fate", "last_at"])
    op.create_index("missed_calls_by_key", "missed_calls", ["key"])
    op.create_index("missed_calls_of_note", "missed_calls", ["note_id"])
    op.create_table(
        "taken_calls",
        sa.Column("call", sa.String(160), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "call_proposals",
        sa.Column("note_id", sa.String(32), sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("called_at", sa.Double, nullable=False),
        sa.Column("talked_s", sa.Double),
        sa.Column("line", sa.String(32), nullable=False),
    )
