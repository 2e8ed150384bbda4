"""What waits to be told to other programs, in SQL: written in the very commit of what happened to the note."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, func, insert, select, update

from host_agent.core.notes import CallbackNote, Entry
from host_agent.core.webhooks import Call, Webhook, call_for
from host_agent.store.notes import to_note
from host_agent.store.schema import NOTES
from host_agent.store.transactions import transaction
from host_agent.store.webhook_schema import WEBHOOK_CALLS

GONE = "this webhook is no longer in the configuration"


class SqlWebhooks:
    """The calls of these webhooks. Every call but `note_written` opens a transaction, and raises StoreFault."""

    def __init__(self, engine: Engine, hooks: Sequence[Webhook]) -> None:
        self._engine = engine
        self._hooks = tuple(hooks)

    def note_written(self, connection: Connection, note: CallbackNote, entries: Sequence[Entry]) -> None:
        """Keep what is to be told of these lines of a note's history (the store's `also_written`)."""
        calls = [call_for(hook, note, entry, secrets.token_hex(16)) for entry in entries for hook in self._hooks]
        rows = [asdict(call) for call in calls if call is not None]
        for row in rows:
            del row["serial"]
        if rows:
            connection.execute(insert(WEBHOOK_CALLS), rows)

    def due(self, hook: str, now: float, limit: int) -> list[tuple[Call, CallbackNote]]:
        """What one webhook is to be told now, the oldest first, with the note as it is."""
        calls = WEBHOOK_CALLS.c
        wanted = select(WEBHOOK_CALLS).where(calls.hook == hook, calls.fate == "waiting", calls.next_try_at <= now)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted.order_by(calls.serial).limit(limit)).mappings().all()
            notes = connection.execute(select(NOTES).where(NOTES.c.id.in_({row["note_id"] for row in rows})))
            by_id = {row["id"]: to_note(row) for row in notes.mappings()}
            return [(Call(**row), by_id[row["note_id"]]) for row in rows]

    def settle(self, call: Call) -> None:
        """Keep what came of a try."""
        with transaction(self._engine) as connection:
            connection.execute(update(WEBHOOK_CALLS).where(WEBHOOK_CALLS.c.serial == call.serial).values(asdict(call)))

    def give_up_strangers(self, known: Collection[str], now: float) -> int:
        """Give up what waits for webhooks that are no longer there; how much that was."""
        calls = WEBHOOK_CALLS.c
        those = update(WEBHOOK_CALLS).where(calls.fate == "waiting", calls.hook.not_in(known))
        with transaction(self._engine) as connection:
            return connection.execute(those.values(fate="failed", fault=GONE, settled_at=now)).rowcount

    def try_again(self, hook: str, now: float) -> int:
        """Have what was given up delivered after all; how much that is."""
        calls = WEBHOOK_CALLS.c
        failed = update(WEBHOOK_CALLS).where(calls.hook == hook, calls.fate == "failed")
        with transaction(self._engine) as connection:
            return connection.execute(
                failed.values(fate="waiting", made_at=now, next_try_at=now, settled_at=None)
            ).rowcount

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many calls there are by (hook, fate)."""
        calls = WEBHOOK_CALLS.c
        wanted = select(calls.hook, calls.fate, func.count()).group_by(calls.hook, calls.fate)
        with transaction(self._engine) as connection:
            return {(hook, fate): int(count) for hook, fate, count in connection.execute(wanted)}

    def last_fault(self, hook: str) -> str | None:
        """Why the newest call failed that is not delivered, None when there is none."""
        calls = WEBHOOK_CALLS.c
        wanted = select(calls.fault).where(calls.hook == hook, calls.fault.is_not(None), calls.fate != "delivered")
        with transaction(self._engine) as connection:
            found = connection.execute(wanted.order_by(calls.serial.desc()).limit(1)).scalar()
            return None if found is None else str(found)
