"""The tables of reminders, notices and links. They hold nothing of a caller, and go with their note."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from host_agent.store.schema import METADATA

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

REMINDERS = Table(
    "reminders",
    METADATA,
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("told_at", Double, nullable=False),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("serial", _SERIAL, primary_key=True, autoincrement=True),
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("address", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Double, nullable=False),
    Column("fate", String(16), nullable=False),
    Column("fault", Text),
    Column("settled_at", Double),
    Index("notices_by_fate", "fate", "next_try_at"),
    Index("notices_of_note", "note_id", "serial"),
)

LINKS = Table(
    "links",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
    Column("who", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("revoked_at", Double),
    Index("links_of_note", "note_id", "who"),
)
