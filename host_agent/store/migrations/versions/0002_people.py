"""Accounts, sessions, one-time links, tokens, and when retention ran."""

import sqlalchemy as sa
from alembic import op

revision = "0002_people"
down_revision = "0002_promise"

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make seven tables, none of which holds anything of a caller."""
    op.create_table(
        "people",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("login_key", sa.String(160), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
    )
    op.create_index("people_by_login", "people", ["login_key"], unique=True)
    op.create_index("people_by_name", "people", ["name_key"], unique=True)
    op.create_table(
        "one_time_links",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("people.id", ondelete="CASCADE")),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("begun_at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("serial", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double),
    )
    op.create_index("api_tokens_by_digest", "api_tokens", ["digest"], unique=True)
    op.create_table(
        "api_answers",
        sa.Column("token", _SERIAL, sa.ForeignKey("api_tokens.serial", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("serial", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_index("calendar_feeds_by_digest", "calendar_feeds", ["digest"], unique=True)
    op.create_table(
        "retention_runs",
        sa.Column("serial", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("erased", sa.Integer, nullable=False),
        sa.Column("refused", sa.Text),
    )
