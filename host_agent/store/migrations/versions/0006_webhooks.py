"""What waits to be told to other programs."""

import sqlalchemy as sa
from alembic import op

revision = "0006_webhooks"
down_revision = "0005_words"


def upgrade() -> None:
    """Make one table."""
    op.create_table(
        "webhook_calls",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("hook", sa.String(16), nullable=False),
        sa.Column("note_id", sa.String(32), sa.ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.Double, nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("fault", sa.Text),
        sa.Column("settled_at", sa.Double),
    )
    op.create_index("webhook_calls_by_fate", "webhook_calls", ["hook", "fate", "next_try_at"])
    op.create_index("webhook_calls_of_note", "webhook_calls", ["note_id"])
