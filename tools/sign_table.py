"""The table of docs/sign.md, asked of the rules themselves. `python -m tools.sign_table` rewrites it."""

from dataclasses import dataclass
from pathlib import Path

from broker.messages import Board, LineBoard, QueueBoard
from device.core.freshness import DatedBoard
from device.core.rules import Rules, SignRules
from device.core.sign import ByHand, wanted

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sign.md"
BEGIN, END = "<!-- table: python -m tools.sign_table -->", "<!-- end of table -->"
NOW = 1000.0

_LINE = LineBoard(extension="100", state="idle")
_QUEUE = QueueBoard(name="receptie", label="Receptie", known=True, waiting=0)
_BOARD = Board(echo=None, pbx="up", pbx_age_s=0.0, queues=(_QUEUE,), line=_LINE)


@dataclass(frozen=True)
class Case:
    """A situation in words, and as the rules see it."""

    words: str
    board: Board | None = _BOARD
    age_s: float = 0.0
    by_hand: ByHand | None = None
    closed: bool = False

    def says(self, rules: SignRules) -> tuple[str, str]:
        """State and reason."""
        dated = None if self.board is None else DatedBoard(self.board, NOW - self.age_s, NOW - self.age_s)
        return wanted(rules, dated, self.by_hand, NOW, closed=self.closed)


def _waiting(count: int | None, longest_s: float | None = None, state: str = "idle", **fields: object) -> Board:
    queue = QueueBoard(name="receptie", label="Receptie", known=count is not None, waiting=count,
                       longest_wait_s=longest_s)  # fmt: skip
    line = LineBoard(extension="100", state=state)  # type: ignore[arg-type]
    return Board(**{"echo": None, "pbx": "up", "pbx_age_s": 0.0, "queues": (queue,), "line": line, **fields})


def cases(rules: SignRules) -> tuple[Case, ...]:
    """The situations of the table, first the strongest; counts and times are those of `rules`."""
    some, many, long_s = rules.line_with_waiting or 1, rules.waiting or 3, rules.longest_wait_s or 60.0
    on, off = ByHand("lit", NOW + 60), ByHand("dark", NOW + 60)
    return (
        Case("set to *on* by hand (button's menu, or the host), whatever else", _waiting(0), 60.0, on, closed=True),
        Case("set to *off* by hand, whatever else", _waiting(many, long_s, "ringing"), 0.0, off),
        Case("outside opening hours", _waiting(many, long_s, "ringing"), closed=True),
        Case("what is known is older than 15 s, or nothing was ever heard", _waiting(many, long_s, "in_use"), 15.0),
        Case("the telephone exchange does not answer", _waiting(many, long_s, "in_use", pbx="away")),
        Case("how many wait is not known", _waiting(None)),
        Case(f"own line rings or is in use, and at least {some} waits", _waiting(some, 1.0, "in_use")),
        Case("own line rings or is in use, and nobody waits", _waiting(0, None, "in_use")),
        Case(f"{many} or more wait", _waiting(many, 1.0)),
        Case(f"the longest waits {long_s:g} s or more", _waiting(1, long_s)),
        Case("fewer wait, and not so long", _waiting(max(many - 1, 0), long_s - 1)),
        Case("nobody waits", _waiting(0)),
    )


LOOKS = {"lit": "**lit**", "dark": "dark", "unsure": "*third state*"}


def table(rules: SignRules) -> str:
    """Markdown."""
    rows = [f"| {case.words} | {LOOKS[case.says(rules)[0]]} |" for case in cases(rules)]
    return "\n".join(["| when | the sign is |", "| --- | --- |", *rows])


def page_with(text: str, rules: SignRules) -> str:
    """`text` of docs/sign.md with its table as `rules` make it."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(rules)}\n{END}{after}"


def main() -> None:
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), Rules().sign), encoding="utf-8")
    print(PAGE.name)


if __name__ == "__main__":
    main()
