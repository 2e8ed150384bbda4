"""Every interface, against bytes that somebody chose to hurt it: a result or a counted refusal, never a crash."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
HOSTILE_TEXTS = (
    "\x00", "\x1b[2J\x1b]0;x\x07", "\r\nEvent: Shutdown\r\n\r\n", "\r\nAction: Originate\r\n\r\n",
    "<script>alert(1)</script>", "\u202e0612345678\u202c", "\u2066\u2067", "👩‍👩‍👧‍👦" * 50, "a\u0300" * 400,
    "ﷺ" * 100, "\ufffe\uffff", "=cmd|' /C calc'!A0", "x" * 10_000, "../../etc/passwd",
    "%s%n{0.__class__}", "'; DROP TABLE notes;--", "{{7*7}}", "\ud800",
)  # fmt: skip
HOSTILE_JSON = (
    b"[" * 5_000, b'{"v":1,"a":' * 1_000, b'{"v":1,"id":' + b"9" * 400 + b"}", b'{"v":1,"uptime_s":NaN}',
    b'{"v":1,"uptime_s":Infinity}', b'{"v":1,"uptime_s":-1e309}', b'{"v":1,"uptime_s":1e999}', b'{"v":true}',
    b'{"v":1,"notes_waiting":' + b"1" * 400 + b"}", b'{"v":1,"v":2}', b'\xff\xfe{"v":1}',
    b'{"v":1.0000000000000000001}',
)  # fmt: skip
HOSTILE = tuple(text.encode("utf-8", "surrogatepass") for text in HOSTILE_TEXTS) + HOSTILE_JSON
SEEDS = {name: sorted((CORPUS / name).iterdir()) if (CORPUS / name).is_dir() else [] for name in TARGETS}


def _wreckage(name: str) -> st.SearchStrategy[bytes]:
    """Bytes, hostile texts in the middle of what is well formed, and well-formed input with a hole in it."""
    seeds = [path.read_bytes() for path in SEEDS[name]] or [b""]
    spliced = st.builds(
        lambda seed, where, evil: seed[: where % (len(seed) + 1)] + evil + seed[where % (len(seed) + 1) :],
        st.sampled_from(seeds), st.integers(0, 5_000), st.sampled_from(HOSTILE) | st.binary(max_size=30),
    )  # fmt: skip
    holed = st.builds(
        lambda seed, start, size: seed[: start % (len(seed) + 1)] + seed[start % (len(seed) + 1) + size :],
        st.sampled_from(seeds), st.integers(0, 5_000), st.integers(1, 50),
    )  # fmt: skip
    return st.one_of(st.binary(max_size=400), st.sampled_from(HOSTILE), spliced, holed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_taken_or_refused(name: str) -> None:
    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(_wreckage(name))
    @example(b"")
    def hold(chosen: bytes) -> None:
        TARGETS[name](chosen)

    hold()


@pytest.mark.parametrize("name", TARGETS)
def test_every_hostile_text_is_taken_or_refused(name: str) -> None:
    for evil in HOSTILE:
        for around in (b"", b"\x01"):
            TARGETS[name](around + evil)


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, found in SEEDS.items() for path in found], ids=str)
def test_what_once_mattered_still_passes(name: str, path: Path) -> None:
    TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("size", [10_000, 1_000_000, 5_000_000])
def test_no_size_of_stream_is_kept_whole(size: int) -> None:
    from host_agent.pbx.asterisk.protocol import MAX_PACKET, Parser, StreamRefused

    parser, kept = Parser(), 0
    try:
        for _ in range(size // 1_000):
            parser.feed(b"x" * 1_000)
            kept = max(kept, len(parser._tail))
    except StreamRefused:
        pass
    assert kept <= MAX_PACKET


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_name_is_safe_text_wherever_it_comes_from(text: str) -> None:
    from broker import codec, topics

    try:
        sent = json.dumps({"v": 1, "id": "a" * 32, "caller": {"name": text[:80]}}).encode()
        found: Any = codec.decode(topics.NOTE, sent)
    except (codec.RefusedPayload, UnicodeEncodeError):
        return
    name = found.caller.name
    assert name.isprintable()
    assert len(name) <= 80
    assert not set(name) & set("\u202e\u2066\u2067\x1b\r\n\0")
