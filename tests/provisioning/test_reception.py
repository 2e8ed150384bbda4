"""Who is let in: the real enrolment port and the unit's own side of it, in moved time, with somebody in between."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import enrolment as words
from broker.enrolment import Grant, Granted, Invitation
from broker.mosquitto import free_port
from device.drivers.unit_key import new_key
from device.enrolment import Invite, OutOfReach, enrol, invite_of
from device.errors import UnitFault
from host_agent.core.enrolment import CODE_LASTS_S
from host_agent.office import deeds
from host_agent.office.authority import Authority, make_authority
from host_agent.office.folder import OfficeFolder
from host_agent.office.reception import Reception
from host_agent.office.unit_files import UnitFile
from tests.provisioning.whole_office import until

NOW = 1_800_000_000.0


class Door:
    """An office's enrolment port with a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.folder = OfficeFolder(path)
        self.folder.make_folders()
        key, certificate = make_authority("Test", NOW)
        self.folder.write(self.folder.authority_key, key)
        self.folder.write(self.folder.authority_certificate, certificate)
        self.folder.write(self.folder.server_certificate, self.folder.authority().for_server(["127.0.0.1"], NOW)[1])
        self.now = NOW
        self.port = free_port()
        self.told: list[str] = []

    def expect(self, name: str = "balie-1") -> str:
        return deeds.expect(self.folder, UnitFile(name, name, None, ()), self.now)

    def grant(self, unit: str, authority: str, certificate: str) -> Grant:
        return Grant(
            unit=unit, host="127.0.0.1", port=8883, root="belbord", language="nl", authority=authority,
            certificate=certificate,
        )  # fmt: skip

    def try_to_enrol(self, code: str, key: bytes | None = None, port: int | None = None) -> Grant:
        """Enrol as a unit does, while the port is open."""
        return self.while_open(lambda: enrol(Invite(code, "127.0.0.1", port or self.port), key or new_key()))

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def while_open(self, deed: Callable[[], Any]) -> Any:
        async def serve() -> Any:
            reception = Reception(
                self.folder, ("127.0.0.1", self.port), self.grant, lambda: self.now,
                lambda done: self.told.append(done.told),
            )  # fmt: skip
            await reception.open()
            try:
                await asyncio.to_thread(until, self._listens, "the port")
                return await asyncio.to_thread(deed)
            finally:
                await reception.close()

        coroutine: Coroutine[Any, Any, Any] = serve()
        return asyncio.run(coroutine)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_a_unit_with_the_code_is_let_in_and_its_key_never_leaves_it(door: Door) -> None:
    key = new_key()
    granted = door.try_to_enrol(door.expect(), key)
    assert granted.unit == "balie-1"
    body = key.splitlines()[1]
    assert not any(body in path.read_bytes() for path in door.folder.path.rglob("*") if path.is_file())


def test_after_three_wrong_codes_the_right_one_is_refused_too(door: Door) -> None:
    code = door.expect()
    for _ in range(3):
        with pytest.raises(UnitFault, match="does not know this code"):
            door.try_to_enrol("0" * 12)
    with pytest.raises(UnitFault, match="used or has run out"):
        door.try_to_enrol(code)
    assert not door.folder.issued()


def test_after_two_wrong_codes_the_right_one_still_does(door: Door) -> None:
    code = door.expect()
    for _ in range(2):
        with pytest.raises(UnitFault, match="does not know this code"):
            door.try_to_enrol("0" * 12)
    assert door.try_to_enrol(code).unit == "balie-1"


def test_a_code_is_good_for_a_quarter_of_an_hour(door: Door) -> None:
    code = door.expect()
    door.now = NOW + CODE_LASTS_S
    with pytest.raises(UnitFault, match="used or has run out"):
        door.try_to_enrol(code)
    door.now -= 1
    assert door.try_to_enrol(code).unit == "balie-1"


def test_a_code_is_good_once_but_a_unit_that_missed_the_answer_may_ask_again(door: Door) -> None:
    code, key = door.expect(), new_key()
    first = door.try_to_enrol(code, key)
    with pytest.raises(UnitFault, match="used or has run out"):
        door.try_to_enrol(code, new_key())
    assert door.try_to_enrol(code, key) == first
    assert len(door.folder.issued()) == 1


def test_the_code_stands_in_no_file(door: Door) -> None:
    code = door.expect()
    found = [path.read_bytes() for path in door.folder.path.rglob("*") if path.is_file()]
    assert not any(code.encode() in each or words.spelled(code).encode() in each for each in found)


def test_somebody_in_between_gets_nothing_signed(door: Door, tmp_path: Path) -> None:
    code = door.expect()
    with in_between(tmp_path, door.port) as port, pytest.raises(UnitFault, match="does not know this code"):
        door.try_to_enrol(code, port=port)
    assert not door.folder.issued()


def test_a_false_host_is_not_believed(tmp_path: Path) -> None:
    key, certificate = make_authority("False", NOW)
    false = Authority(key, certificate)
    invitation = msgspec.json.encode(Invitation(salt="0" * 32))
    granted = msgspec.json.encode(Granted(grant="{}", proof="0" * 64))
    served = _served(false, tmp_path)
    with answering(served, [invitation, granted]) as port, pytest.raises(UnitFault, match="not the host that made"):
        enrol(Invite("0" * 12, "127.0.0.1", port), new_key())


def test_where_nobody_is_expected_nothing_answers() -> None:
    with pytest.raises(OutOfReach, match="is a unit expected there"):
        enrol(Invite("0" * 12, "127.0.0.1", free_port()), new_key())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("K7QF-2M9X-A0CD@host.example", Invite("K7QF2M9XA0CD", "host.example", words.DEFAULT_PORT)),
        ("k7qf2m9xa0cd@192.0.2.1:9000", Invite("K7QF2M9XA0CD", "192.0.2.1", 9000)),
        ("K7QF2M9XA0CD@[2001:db8::1]:9000", Invite("K7QF2M9XA0CD", "2001:db8::1", 9000)),
        ("K7QF2M9XA0CD@2001:db8::1", Invite("K7QF2M9XA0CD", "2001:db8::1", words.DEFAULT_PORT)),
    ],
)
def test_a_code_and_a_host_are_read_as_people_type_them(text: str, meant: Invite) -> None:
    assert invite_of(text) == meant


@pytest.mark.parametrize("text", ["K7QF2M9XA0CD", "K7QF@host", "K7QF2M9XA0CD@host:port", "K7QF2M9XA0CD@", "@host"])
def test_what_is_no_code_and_host_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnitFault, match="enrol: "):
        invite_of(text)


def _served(authority: Authority, folder: Path) -> ssl.SSLContext:
    place = folder / "false.pem"
    place.write_bytes(authority.for_server(["127.0.0.1"], NOW)[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return context


@contextmanager
def in_between(folder: Path, port: int) -> Iterator[int]:
    """A port that ends TLS with a certificate of its own and passes every byte on to the real one."""
    context = _served(Authority(*make_authority("Other", NOW)), folder)
    onward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    onward.check_hostname, onward.verify_mode = False, ssl.CERT_NONE

    def serve(line: ssl.SSLSocket) -> None:
        with onward.wrap_socket(socket.create_connection(("127.0.0.1", port), 5)) as real:
            for _ in range(2):
                # Each way one request and one answer, which fit in a few records.
                real.sendall(_whole(line))
                line.sendall(_whole(real))

    with _listening(context, serve) as own:
        yield own


@contextmanager
def answering(context: ssl.SSLContext, answers: list[bytes]) -> Iterator[int]:
    """A port that answers what it was told to, whatever is asked."""

    def serve(line: ssl.SSLSocket) -> None:
        for answer in answers:
            _whole(line)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    with _listening(context, serve) as port:
        yield port


@contextmanager
def _listening(context: ssl.SSLContext, serve: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    def work() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with plain, context.wrap_socket(plain, server_side=True) as line:
                    serve(line)
            except OSError:
                continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _whole(line: ssl.SSLSocket) -> bytes:
    """One HTTP message: its head, and as much body as it names."""
    message = b""
    while b"\r\n\r\n" not in message:
        if not (part := line.recv(4096)):
            raise ConnectionError("closed")
        message += part
    head, _, body = message.partition(b"\r\n\r\n")
    named = [each for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:")]
    length = int(named[0].partition(b":")[2]) if named else 0
    while len(body) < length:
        body += line.recv(4096)
    return head + b"\r\n\r\n" + body
