"""How many AMI events a CPU second takes: parsing alone, and the whole way to the board, on a recorded busy morning."""

import lzma
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from host_agent.core.board import OfficeBoard, apply
from host_agent.pbx.asterisk.protocol import Parser
from host_agent.pbx.asterisk.translate import WANTED, Translator

RECORDING = Path(__file__).parent.parent / "tests/traces/asterisk-22.10.1/12-load/ami.raw.xz"
READ = 16_384
"""Bytes in one read; a busy AMI connection gives some thousands to some tens of thousands."""
RUNS = 9


def measure() -> dict[str, float]:
    """Events per CPU second, medians of several runs."""
    raw = lzma.decompress(RECORDING.read_bytes())
    reads = [raw[begin : begin + READ] for begin in range(0, len(raw), READ)]
    return {
        "events_per_cpu_s_parsing_all": _rate(lambda: _parse(reads, None)),
        "events_per_cpu_s_parsing_wanted": _rate(lambda: _parse(reads, WANTED)),
        "events_per_cpu_s_whole_path": _rate(lambda: _whole_path(reads)),
    }


def _rate(run: Callable[[], int]) -> float:
    rates = []
    run()
    for _ in range(RUNS):
        began = time.process_time()
        events = run()
        rates.append(events / (time.process_time() - began))
    return median(rates)


def _parse(reads: list[bytes], wanted: frozenset[bytes] | None) -> int:
    parser = Parser(wanted=wanted)
    for read in reads:
        parser.feed(read)
    return parser.tally.packets


def _whole_path(reads: list[bytes]) -> int:
    parser, translator, board = Parser(wanted=WANTED), Translator(), OfficeBoard()
    for number, read in enumerate(reads):
        for event in translator.feed(parser.feed(read), number * 0.3):
            board = apply(board, event)
    assert board.link == "up"
    return parser.tally.packets
