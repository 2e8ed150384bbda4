"""What each interface makes of any bytes: a result or a refusal. Each target raises when that promise breaks."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from broker import codec, topics
from broker.frames import MAX_FRAME, Receiver, framed
from broker.names import clean, phone_number, queue_name, unit_name
from device.config import load_config
from device.errors import ConfigFault as DeskConfigFault
from host_agent.config import parse
from host_agent.core.board import OfficeBoard, apply
from host_agent.directory.reading import people_in
from host_agent.errors import ConfigFault as HostConfigFault
from host_agent.pbx.asterisk.protocol import MAX_PACKET, Packet, Parser, StreamRefused
from host_agent.pbx.asterisk.translate import WANTED, Translator

Target = Callable[[bytes], None]
LONGEST_NAME = 200


def topic(given: bytes) -> None:
    """A topic is one of ours, and then it can be built again, or it is none."""
    text = given.decode("utf-8", "replace")
    found = topics.parse("belbord", text)
    if found is None:
        return
    row, name = found
    assert text == "belbord/" + row.levels.format(unit=name, queue=name)
    assert not set("+#") & set(name)


def payload(given: bytes) -> None:
    """The first byte names the row; the rest is a message that survives its own encoding, or is refused."""
    row = topics.TABLE[given[0] % len(topics.TABLE)] if given else topics.NOTE
    try:
        message = codec.decode(row, given[1:])
    except codec.RefusedPayload:
        return
    again = codec.encode(message)
    assert codec.decode(row, again) == message


def ami(given: bytes) -> None:
    """A stream means the same however it is cut, and what it means can be applied to an office."""
    whole, cut = Parser(wanted=WANTED), Parser(wanted=WANTED)
    at = given[0] + 1 if given else 1
    pieces = [given[start : start + at] for start in range(0, len(given), at)] if len(given) < 5_000 else [given]
    packets, refused = _fed(whole, [given])
    others, refused_too = _fed(cut, pieces)
    if not refused and not refused_too:
        assert packets == others
        assert len(whole._tail) <= MAX_PACKET
    office, translator = OfficeBoard(), Translator()
    for event in translator.feed(packets, 100.0):
        office = apply(office, event)
    assert all(queue.waiting is None or queue.waiting >= 0 for queue in office.queues.values())


def _fed(parser: Parser, pieces: list[bytes]) -> tuple[list[Packet], bool]:
    packets: list[Packet] = []
    for piece in pieces:
        try:
            packets += parser.feed(piece)
        except StreamRefused as refused:
            return packets + refused.packets, True
    return packets, False


def frames(given: bytes) -> None:
    """Noise costs itself alone: what comes after two zero bytes is heard, and little is kept of what has no end."""
    receiver = Receiver()
    found = list(receiver.receive(given))
    assert len(found) <= given.count(0) + 1
    for frame in found:
        if type(frame).__name__ != "Refused":
            again = list(Receiver().receive(b"\0" + framed(frame)))  # type: ignore[arg-type]  # told by its name
            assert frame in again
    kept = sum(len(value) for value in vars(receiver).values() if isinstance(value, bytes | bytearray))
    assert kept <= MAX_FRAME + len(given[:1])


def csv(given: bytes) -> None:
    """People and counted refusals."""
    _people("colleagues.csv" if given[:1] == b"c" else "contacts.csv", given)


def vcard(given: bytes) -> None:
    """People and counted refusals."""
    _people("contacts.vcf", given)


def _people(file: str, given: bytes) -> None:
    people = people_in(file, given, "NL")
    for contact in people.contacts:
        for text in (contact.name, contact.organisation):
            assert text is None or (clean(text) == text and len(text) <= LONGEST_NAME)
        for number in contact.numbers:
            assert number.isascii()


def desk_toml(given: bytes) -> None:
    """A config or all its faults."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as file, suppress(DeskConfigFault):
        file.write(given)
        file.flush()
        load_config(Path(file.name), {}, with_secrets=False)


def host_toml(given: bytes) -> None:
    """A config or all its faults."""
    with suppress(HostConfigFault):
        parse(given.decode("utf-8", "replace"), folder=Path("/nonexistent"))


def names(given: bytes) -> None:
    """Cleaning is idempotent and bounded; a name is taken as it stands or refused."""
    text = given.decode("utf-8", "surrogatepass" if given[:1] == b"\xed" else "replace") if _decodes(given) else ""
    shown = clean(text, 80)
    assert clean(shown, 80) == shown
    assert len(shown) <= 80
    assert all(char.isprintable() for char in shown)
    for parse_name in (unit_name, queue_name):
        try:
            assert parse_name(text) == text
        except ValueError:
            continue
    number = phone_number(text)
    assert number is None or number.isascii()


def _decodes(given: bytes) -> bool:
    try:
        given.decode("utf-8", "surrogatepass" if given[:1] == b"\xed" else "replace")
    except UnicodeDecodeError:
        return False
    return True


TARGETS: Mapping[str, Target] = {
    "topic": topic, "payload": payload, "ami": ami, "frames": frames, "csv": csv, "vcard": vcard,
    "desk_toml": desk_toml, "host_toml": host_toml, "names": names,
}  # fmt: skip
GUIDED = ("ami", "payload", "frames", "topic")
"""Those that `make fuzz` drives by coverage."""
