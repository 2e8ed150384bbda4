"""The whole of a callback note: organisation, urgency, when to reach the caller, read back, and its road to the end."""

import sqlalchemy as sa
from alembic import op

revision = "0002_promise"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; a note that somebody was asked about was asked when it came in, as far as we know."""
    for column in (
        sa.Column("organisation", sa.Text),
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reachable", sa.Text),
        sa.Column("promised_at", sa.Double),
        sa.Column("read_back", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("name_unsure", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("assigned_at", sa.Double),
        sa.Column("seen_at", sa.Double),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempted_at", sa.Double),
    ):
        op.add_column("notes", column)
    notes = sa.table(
        "notes", *(sa.column(name) for name in ("state", "assigned_to", "assigned_at", "promised_by", "promised_at"))
    )
    arrived: sa.ColumnClause[float] = sa.column("arrived_at")
    op.execute(notes.update().where(notes.c.promised_by.is_not(None)).values(promised_at=arrived))
    assigned = notes.update().where(notes.c.state == "open", notes.c.assigned_to.is_not(None))
    op.execute(assigned.values(state="assigned", assigned_at=arrived))
