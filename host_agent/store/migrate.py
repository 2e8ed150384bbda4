"""Brings a store to the newest schema with Alembic, in one transaction: it is old or new, never half."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from host_agent.errors import StoreFault


def migrate(engine: Engine) -> None:
    """Run the steps that this store lacks. Raises StoreFault for a store of a newer Belbord."""
    config = _config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as fault:
        raise StoreFault(f"store: its schema is not one of this Belbord ({fault}); install the newer release") from None


def known_schemas() -> frozenset[str]:
    """The schemas, old and new, that this Belbord can bring to its own."""
    return frozenset(str(each.revision) for each in ScriptDirectory.from_config(_config()).walk_revisions())


def newest_schema() -> str:
    """The schema that `migrate` brings a store to."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
