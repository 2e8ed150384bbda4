"""The tables of accounts, tokens and retention. None of them holds anything of a caller."""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from host_agent.store.schema import METADATA

_Serial = BigInteger().with_variant(Integer, "sqlite")

PEOPLE = Table(
    "people",
    METADATA,
    Column("id", String(32), primary_key=True),
    # Folded, so that capitals make no second account of the same word.
    Column("login_key", String(160), nullable=False),
    Column("name_key", String(160), nullable=False),
    Column("login", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text),
    Column("is_enabled", Boolean, nullable=False),
    Index("people_by_login", "login_key", unique=True),
    Index("people_by_name", "name_key", unique=True),
)

LINKS = Table(
    "one_time_links",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(32), ForeignKey("people.id", ondelete="CASCADE")),
    Column("expires_at", Double, nullable=False),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(32), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("begun_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
)

TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("serial", _Serial, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("used_at", Double),
    Index("api_tokens_by_digest", "digest", unique=True),
)

ANSWERS = Table(
    "api_answers",
    METADATA,
    Column("token", _Serial, ForeignKey("api_tokens.serial", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    # Keyed with the token, so that it cannot be guessed back to a number.
    Column("request", String(64), nullable=False),
    Column("answer", Text),
    Column("at", Double, nullable=False),
)

FEEDS = Table(
    "calendar_feeds",
    METADATA,
    Column("serial", _Serial, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("made_at", Double, nullable=False),
    Index("calendar_feeds_by_digest", "digest", unique=True),
)

RUNS = Table(
    "retention_runs",
    METADATA,
    Column("serial", _Serial, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("erased", Integer, nullable=False),
    Column("refused", Text),
)
