"""A process that is killed: what it said was kept is there, once."""

import secrets
import signal
import subprocess
import sys
from pathlib import Path

from broker.messages import Note
from host_agent.core.intake import Arrival
from host_agent.store.notes import opened

KEEPER = """
import sys
from pathlib import Path
from broker.messages import Note
from host_agent.core.intake import Arrival
from host_agent.store.notes import opened
with opened(Path(sys.argv[1])) as store:
    for line in sys.stdin:
        kept = store.take_in([Arrival("balie-1", Note(id=line.strip(), pressed_s_ago=0.0), 1000.0)])
        print(kept[0].id, flush=True)
"""
ROUNDS = 4
NOTES = 25


def test_what_was_receipted_before_a_kill_is_kept_once_after_it(tmp_path: Path) -> None:
    path = tmp_path / "host.sqlite3"
    receipted: list[str] = []
    sent: list[str] = []
    for round_ in range(ROUNDS):
        keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        with keeper.stdin, keeper.stdout:
            fresh = [secrets.token_hex(16) for _ in range(NOTES)]
            sent += fresh
            # All are on their way when it dies, each round after another number of receipts.
            keeper.stdin.write("".join(f"{note}\n" for note in fresh))
            keeper.stdin.flush()
            receipted += [keeper.stdout.readline().strip() for _ in range(1 + round_ * 7)]
            keeper.send_signal(signal.SIGKILL)
            receipted += [line.strip() for line in keeper.stdout if len(line.strip()) == 32]
            keeper.wait(10)
    with opened(path) as store:
        kept = [note.id for note in store.shelf("open", now=0.0, limit=1000)]
        assert set(receipted) <= set(kept) <= set(sent)
        # The units send everything again that they have no receipt for.
        store.take_in([Arrival("balie-1", Note(id=note, pressed_s_ago=9.0), 1001.0) for note in sent])
        after = [note.id for note in store.shelf("open", now=0.0, limit=1000)]
    assert sorted(after) == sorted(sent)
    assert len(receipted) >= 1 + 8 + 15 + 22
