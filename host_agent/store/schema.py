"""The tables, in SQLAlchemy Core. What `migrations/` builds step by step; a test holds the two against each other."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

# SQLite counts by itself only in a plain INTEGER key.
_Serial = BigInteger().with_variant(Integer, "sqlite")

NOTES = Table(
    "notes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("unit", String(32)),
    Column("pressed_at", Double, nullable=False),
    Column("certainty", String(16), nullable=False),
    Column("arrived_at", Double, nullable=False),
    Column("caller_name", Text),
    Column("caller_number", String(32)),
    Column("withheld", Boolean, nullable=False),
    Column("queue", String(64)),
    Column("line", String(32)),
    Column("organisation", Text),
    Column("for_whom", Text),
    Column("reason", Text),
    Column("urgent", Boolean, nullable=False),
    Column("reachable", Text),
    Column("promised_by", Double),
    Column("promised_at", Double),
    Column("read_back", Boolean, nullable=False),
    Column("name_unsure", Boolean, nullable=False),
    Column("assigned_to", Text),
    Column("assigned_at", Double),
    Column("seen_at", Double),
    Column("attempts", Integer, nullable=False),
    Column("attempted_at", Double),
    Column("outcome", Text),
    Column("closed_at", Double),
    Column("fingerprint", String(64)),
    Column("conflict", String(64)),
    # What a search looks in, without capitals and accents: written with the note, and erased with it.
    Column("words", Text, nullable=False),
    # Holds all that counting for each desk and putting in order need.
    Index("notes_by_state", "state", "promised_by", "urgent", "pressed_at", "unit", "queue"),
    Index("notes_by_closing", "state", "closed_at"),
)

HISTORY = Table(
    "history",
    METADATA,
    Column("serial", _Serial, primary_key=True, autoincrement=True),
    Column("note_id", String(32), ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(32), nullable=False),
    Column("fields", JSON, nullable=False),
    Index("history_of_note", "note_id", "serial"),
)

TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("rev", Integer, nullable=False),
)
