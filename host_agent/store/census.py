"""How many notes there are in each state, in SQL."""

from sqlalchemy import Engine, func, select

from host_agent.store.schema import NOTES
from host_agent.store.transactions import transaction


def census(engine: Engine) -> dict[str, int]:
    """Notes by state, such as `{"open": 3, "done": 12}`. Raises StoreFault."""
    counted = select(NOTES.c.state, func.count()).group_by(NOTES.c.state)
    with transaction(engine) as connection:
        return {str(state): int(count) for state, count in connection.execute(counted)}
