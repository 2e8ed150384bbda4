"""The table of what waits to be told to other programs. It holds nothing of a caller, and goes with its note."""

from sqlalchemy import JSON, BigInteger, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from host_agent.store.schema import METADATA

WEBHOOK_CALLS = Table(
    "webhook_calls",
    METADATA,
    Column("serial", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("hook", String(16), nullable=False),
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
    Column("event", String(32), nullable=False),
    Column("at", Double, nullable=False),
    Column("said", JSON, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Double, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("fault", Text),
    Column("settled_at", Double),
    Index("webhook_calls_by_fate", "hook", "fate", "next_try_at"),
    Index("webhook_calls_of_note", "note_id"),
)
