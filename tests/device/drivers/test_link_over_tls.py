"""The link over TLS, against a real Mosquitto that knows a unit by its certificate alone."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from broker.messages import Hello
from broker.mosquitto import free_port
from broker.names import UnitName
from broker.topics import acl
from device.access import Broker, Tls
from device.core.events import LinkDown, LinkUp
from device.drivers.link import MqttLink

UNIT = UnitName("balie-1")
WITHIN_S = 10.0


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")  # fmt: skip


def certificate(folder: Path, name: str, by: str, extra: str) -> None:
    """`name`.crt and `name`.key, signed by the authority `by`."""
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    (folder / f"{name}.ext").write_text(extra)
    openssl(folder, "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{by}.crt", "-CAkey", f"{by}.key",
            "-CAcreateserial", "-extfile", f"{name}.ext", "-out", f"{name}.crt")  # fmt: skip


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates: of the office's authority for broker and unit, and of a stranger's for a unit of that name."""
    folder = tmp_path_factory.mktemp("papers")
    authority(folder, "office")
    authority(folder, "stranger")
    certificate(folder, "broker", "office", "subjectAltName=IP:127.0.0.1")
    certificate(folder, "elsewhere", "office", "subjectAltName=DNS:broker.example")
    certificate(folder, UNIT, "office", "extendedKeyUsage=clientAuth")
    (folder / "false").mkdir()
    for name in ("stranger.crt", "stranger.key"):
        (folder / "false" / name).write_bytes((folder / name).read_bytes())
    certificate(folder / "false", UNIT, "stranger", "extendedKeyUsage=clientAuth")
    return folder


@dataclass(frozen=True)
class Running:
    port: int
    log: Path


def program() -> str:
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    assert found, "mosquitto is not installed: `make setup` brings it"
    return found


@contextmanager
def mosquitto(papers: Path, folder: Path, name: str = "broker", port: int | None = None) -> Iterator[Running]:
    port = port or free_port()
    (folder / "acl").write_text(acl("belbord", "host"))
    (folder / "acl").chmod(0o600)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\n"
        f"cafile {papers}/office.crt\ncertfile {papers}/{name}.crt\nkeyfile {papers}/{name}.key\n"
        "require_certificate true\nuse_identity_as_username true\nallow_anonymous false\n"
        f"acl_file {folder}/acl\npersistence false\n" + ("user root\n" if os.geteuid() == 0 else "")
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program(), "-v", "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline
        yield Running(port, folder / "log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(5)


def access(running: Running, papers: Path, *, ca: str = "office.crt", own: str | None = "") -> Broker:
    """`own`: the folder with the unit's certificate, None: it shows none."""
    mine = (None, None) if own is None else (papers / own / f"{UNIT}.crt", papers / own / f"{UNIT}.key")
    return Broker("127.0.0.1", running.port, UNIT, None, tls=Tls(papers / ca, *mine))


def logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        if words in caplog.text:
            return True
        time.sleep(0.01)
    return False


def seen(running: Running, words: str) -> bool:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        if words in running.log.read_text(errors="replace"):
            return True
        time.sleep(0.01)
    return False


def test_a_unit_is_let_in_by_its_certificate_and_speaks_on_its_own_topics(
    papers: Path, tmp_path: Path, heard: Any
) -> None:
    with mosquitto(papers, tmp_path) as running, MqttLink(access(running, papers), UNIT, heard.inbox) as link:
        heard.a(LinkUp, within_s=WITHIN_S)
        link.say_hello(Hello(nonce="c" * 16))
        assert seen(running, f"Received PUBLISH from belbord-{UNIT}")
        assert seen(running, f"u'{UNIT}'")


def test_the_session_comes_back_after_the_broker_was_away(papers: Path, tmp_path: Path, heard: Any) -> None:
    with ExitStack() as first:
        running = first.enter_context(mosquitto(papers, tmp_path))
        with MqttLink(access(running, papers), UNIT, heard.inbox):
            heard.a(LinkUp, within_s=WITHIN_S)
            first.close()
            with mosquitto(papers, tmp_path, port=running.port):
                heard.a(LinkUp, within_s=20.0)


class Resolver:
    """DNS as the unit meets it: `name` at this machine, or nobody knows."""

    def __init__(self, name: str) -> None:
        self.name, self.works = name, True
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, *rest: Any, **options: Any) -> Any:
        if host != self.name:
            return self._real(host, *rest, **options)
        if not self.works:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self._real("127.0.0.1", *rest, **options)


def test_without_dns_the_last_good_address_is_tried_and_the_name_still_checked(
    papers: Path, tmp_path: Path, heard: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resolver = Resolver("broker.example")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with ExitStack() as first:
        running = first.enter_context(mosquitto(papers, tmp_path, "elsewhere"))
        named = replace(access(running, papers), host="broker.example")
        with MqttLink(named, UNIT, heard.inbox):
            heard.a(LinkUp, within_s=WITHIN_S)
            resolver.works = False
            first.close()
            heard.a(LinkDown, within_s=WITHIN_S)
            with ExitStack() as second:
                second.enter_context(mosquitto(papers, tmp_path, "elsewhere", running.port))
                heard.a(LinkUp, within_s=20.0)
                second.close()
                heard.a(LinkDown, within_s=WITHIN_S)
            # Somebody else has that address now.
            with mosquitto(papers, tmp_path, "broker", running.port):
                assert logged(caplog, "not trusted")


def test_without_dns_from_the_start_it_is_said_in_words(
    heard: Any, papers: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resolver = Resolver("broker.example")
    resolver.works = False
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    tls = Tls(papers / "office.crt")
    with MqttLink(Broker("broker.example", 8883, UNIT, None, tls=tls), UNIT, heard.inbox):
        assert logged(caplog, "its name is not known")


@pytest.mark.parametrize(
    ("certificate_of", "ca", "own", "words"),
    [
        ("broker", "stranger.crt", "", "not trusted"),
        ("elsewhere", "office.crt", "", "not trusted"),
        ("broker", "office.crt", None, "trying again"),
        ("broker", "office.crt", "false", "trying again"),
    ],
    ids=["a broker of a stranger", "a broker of another name", "a unit without papers", "a unit with false papers"],
)
def test_who_cannot_prove_who_he_is_is_not_spoken_to(
    papers: Path, tmp_path: Path, heard: Any, caplog: pytest.LogCaptureFixture,
    certificate_of: str, ca: str, own: str | None, words: str,
) -> None:  # fmt: skip
    with (
        mosquitto(papers, tmp_path, certificate_of) as running,
        MqttLink(access(running, papers, ca=ca, own=own), UNIT, heard.inbox),
    ):
        assert logged(caplog, words)
        with pytest.raises(AssertionError, match="not heard"):
            heard.a(LinkUp, within_s=0.5)
