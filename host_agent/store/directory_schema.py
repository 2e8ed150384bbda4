"""The tables of people made by hand, and of the calls that the PBX saw."""

from sqlalchemy import JSON, Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from host_agent.store.schema import METADATA

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", Text),
    Column("organisation", Text),
    Column("numbers", JSON, nullable=False),
)

COLLEAGUES = Table(
    "colleagues",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("extension", String(32)),
    Column("email", Text),
    Column("notify_urls", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("deputy", Text),
    Column("absent_until", Double),
    Column("team", Text),
    Column("lead", Boolean, nullable=False),
)

MISSED_CALLS = Table(
    "missed_calls",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("key", String(40), nullable=False),
    Column("number", String(40), nullable=False),
    Column("name", Text),
    Column("queue", String(64), nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("waited_s", Double),
    Column("times", Integer, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE")),
    Index("missed_calls_by_fate", "fate", "last_at"),
    Index("missed_calls_by_key", "key"),
    Index("missed_calls_of_note", "note_id"),
)

# The PBX's ids of calls, so that none is taken in twice. Nothing of the caller.
TAKEN_CALLS = Table(
    "taken_calls",
    METADATA,
    Column("call", String(160), primary_key=True),
    Column("at", Double, nullable=False),
)

CALL_PROPOSALS = Table(
    "call_proposals",
    METADATA,
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True),
    Column("called_at", Double, nullable=False),
    Column("talked_s", Double),
    Column("line", String(32), nullable=False),
)
