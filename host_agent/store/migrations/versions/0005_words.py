"""What a search looks in, kept beside each note: 10,000 notes are searched without folding each anew."""

import sqlalchemy as sa
from alembic import op

from host_agent.core.search import fold

revision = "0005_words"
down_revision = "0004_notices"

_SAID = ("caller_name", "organisation", "for_whom", "reason")


def upgrade() -> None:
    """Add a column, fill it for the notes that are there, and let the index hold what counting needs."""
    op.drop_index("notes_by_state", "notes")
    op.create_index("notes_by_state", "notes", ["state", "promised_by", "urgent", "pressed_at", "unit", "queue"])
    op.add_column("notes", sa.Column("words", sa.Text, nullable=False, server_default=""))
    notes = sa.table("notes", sa.column("id"), sa.column("words"), *(sa.column(name) for name in _SAID))
    connection = op.get_bind()
    for row in connection.execute(sa.select(notes)).mappings().all():
        words = fold(" ".join(row[name] for name in _SAID if row[name]))
        connection.execute(notes.update().where(notes.c.id == row["id"]).values(words=words))
