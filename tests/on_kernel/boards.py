"""Boards as a host sends them, one for each situation of these tests."""

from broker.messages import Board, Caller, LineBoard, QueueBoard

LINE = "100"
CALLER = Caller(number="+31612345678", name="Zoë Müller-Żółć")


def office(
    waiting: int = 0, longest_wait_s: float | None = None, line: LineBoard | None = None, heard_s_ago: float = 0.0
) -> Board:
    """One queue with so many callers, and the telephonist's line at rest unless another is given.

    `heard_s_ago`: when the host last heard the PBX.
    """
    return Board(
        echo=None,
        pbx="up",
        pbx_age_s=heard_s_ago,
        capabilities=("queues", "names", "agents"),
        queues=(
            QueueBoard(name="receptie", label="Receptie", known=True, waiting=waiting, longest_wait_s=longest_wait_s),
        ),
        line=line or LineBoard(extension=LINE, state="idle", for_s=0.0),
    )


def ringing() -> Board:
    """The line rings with CALLER from the queue."""
    line = LineBoard(extension=LINE, state="ringing", for_s=0.0, caller=CALLER, queue="receptie", incoming=True)
    return office(waiting=1, longest_wait_s=20.0, line=line)
