"""Whatever the documents say to type does what it should: typed here, or by the test that is named here."""

import io
import lzma
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from broker.codec import encode
from device.app import main as belbord_desk
from host_agent.app import main as belbord_host
from tests.device.test_show import BUSY
from tests.docs.reading import ROOT, blocks, documented_commands, indented_code, words_of_code
from tests.provisioning.whole_office import PROGRAMS, Desk, WholeOffice, made_office

WITHIN_S = 40
LANGUAGES = {"sh", "toml", "ini", "yaml", "http", "nginx", "caddyfile", "json", "text"}
OURS = ("belbord-host", "belbord-desk")
TYPED_HERE = (*OURS, "cp", "(umask")
"""How a command begins that is harmless in a folder of the test's own."""

_NEW_OFFICE = ("tests/on_packages/test_new_office.py", 'commands("On the server"), commands("On the unit")')
_FRESH = ("tools/fresh_inside.py", '["make", "demo"')
TYPED_ELSEWHERE = {
    "make demo": _FRESH,
    "make test": ("tools/fresh_inside.py", '["make", "test"]'),
    "make setup": ("Makefile", "demo: setup"),
    "make deb": ("Makefile", "test-deb: deb"),
    "apt-get install -y ./belbord-host_*.deb": _NEW_OFFICE,
    "apt-get install -y ./belbord-desk_*.deb": _NEW_OFFICE,
    "systemctl start belbord-host": _NEW_OFFICE,
    "systemctl restart mosquitto belbord-host": ("tests/on_packages/test_service.py", "systemctl restart mosquitto"),
    "systemctl reload belbord-host": ("tests/host_agent/test_reload.py", "send_signal(signal.SIGHUP)"),
    "systemctl reload belbord-desk": ("tests/device/test_reload.py", "send_signal(signal.SIGHUP)"),
    "journalctl -u belbord-desk -p warning --since yesterday": (
        "tests/on_packages/test_service.py",
        "journalctl -u belbord-desk",
    ),
    "journalctl MESSAGE_ID=3a1f7c5e9d2b4608b6e4a2c0f8d71359": (
        "tests/on_packages/test_updates.py",
        "MESSAGE_ID=3a1f7c5e9d2b4608b6e4a2c0f8d71359",
    ),
    "apt-get remove belbord-desk": ("tests/on_packages/test_install.py", "dpkg -r belbord-desk belbord-host"),
    "apt-get purge belbord-host": ("tests/on_packages/test_install.py", "dpkg -P belbord-desk belbord-host"),
    "belbord-host run --config host.toml": ("tests/provisioning/whole_office.py", '"belbord-host", "run", "--config"'),
    "belbord-desk run --config desk.toml": (
        "tests/on_packages/test_install.py",
        "systemctl start belbord-host belbord-desk",
    ),
    "belbord-desk run --config desk.toml --virtual 8081": ("tests/provisioning/whole_office.py", '"--virtual"'),
    "python -m pip install --require-hashes -r requirements/pi.lock": ("packaging/build.sh", "requirements/pi.lock"),
}
"""What needs root, another machine, or never ends: who types it, and the words by which that is found there."""


def bare(command: str) -> str:
    """`command` as it is on the search path."""
    return command.removeprefix("sudo ").removeprefix(".venv/bin/")


TYPED = [command for command in map(bare, documented_commands()) if command not in TYPED_ELSEWHERE]


@dataclass(frozen=True)
class Bench:
    """A made-up office at work, a unit of it, and a folder with what the documents take to be there."""

    office: WholeOffice
    unit: Desk
    folder: Path

    def typed(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Type `command`, with this office's folders and the code of the moment in place of the document's."""
        return subprocess.run(
            ["bash", "-euc", self.here(command)],
            cwd=self.folder, env={**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WITHIN_S,
        )  # fmt: skip

    def here(self, command: str) -> str:
        """`command` for this office."""
        for stands, is_here in {
            "/etc/belbord/host.toml": self.office.config,
            "/etc/belbord/desk.toml": self.unit.config,
            "/root/": f"{self.folder}/",
            "/var/backups/": f"{self.folder}/",
            "NUMBER": "0612345678",
        }.items():
            command = command.replace(stands, str(is_here))
        for begins, adapted in self.adaptations():
            if command.startswith(begins):
                return adapted(command)
        return command

    def adaptations(self) -> tuple[tuple[str, Callable[[str], str]], ...]:
        """What a command that begins so needs besides, on a machine that has no /etc/belbord, pins or Mosquitto."""
        another = self.folder / "another"
        return (
            ("belbord-host init", lambda said: f"{said} --yes --folder {another} --conf-d {self.conf_d()}"),
            ("belbord-host unit revoke", lambda said: f"{said} {self.config(self.enrolled('balie-1'))}"),
            ("belbord-host unit", lambda said: f"{said} {self.config()}"),
            ("belbord-host backup", lambda said: f"{said} {self.config()}"),
            ("belbord-host restore", lambda said: f"{said} --into {self.folder / 'restored'}"),
            ("belbord-host run", lambda said: f"{said} {self.config()}"),
            ("belbord-desk enrol", self.with_a_code),
            ("belbord-desk doctor", lambda said: f"{said} --virtual"),
        )

    def config(self, _: object = None) -> str:
        return f"--config {self.office.config}"

    def conf_d(self) -> Path:
        (self.folder / "conf.d").mkdir(exist_ok=True)
        return self.folder / "conf.d"

    def enrolled(self, name: str) -> Desk:
        """A unit of that name that is let in now."""
        desk = self.office.desk(name)
        said = desk.enrol(self.office.add(name))
        assert said.returncode == 0, said.stderr
        return desk

    def with_a_code(self, command: str) -> str:
        new = self.folder / "new-unit"
        return re.sub(r"\S+@\S+", self.office.add("balie-9"), command) + f" --config {new}.toml --state {new}"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    office = made_office(tmp_path_factory.mktemp("office"))
    folder = tmp_path_factory.mktemp("reader")
    for example in ("host_agent/host.example.toml", "device/desk.example.toml"):
        (folder / example).parent.mkdir()
        shutil.copy(ROOT / example, folder / example)
        shutil.copy(ROOT / example, folder / Path(example).name.replace(".example", ""))
    for secret in ("mqtt-password", "ami-secret"):
        (folder / secret).write_text("secret\n")
        (folder / secret).chmod(0o600)
    (folder / "recording").mkdir()
    packed = ROOT / "tests" / "traces" / "asterisk-22.10.1" / "01-calm" / "ami.raw.xz"
    (folder / "recording" / "ami.raw").write_bytes(lzma.decompress(packed.read_bytes()))
    (folder / "board.json").write_bytes(encode(BUSY))
    with office.broker(), office.running_host():
        bench = Bench(office, office.desk("balie-2"), folder)
        bench.enrolled("balie-2")
        yield bench


@pytest.mark.parametrize("command", TYPED)
def test_what_a_document_says_to_type_works(bench: Bench, command: str) -> None:
    assert command.split()[0] in TYPED_HERE, f"`{command}`: type it here, or name who does in TYPED_ELSEWHERE"
    said = bench.typed(command)
    assert said.returncode == 0, f"{bench.here(command)}\n{said.stdout}{said.stderr}"


@pytest.mark.parametrize("command", TYPED_ELSEWHERE)
def test_what_is_typed_elsewhere_stands_in_a_document_and_there(command: str) -> None:
    assert command in map(bare, documented_commands()), f"no document says `{command}` any more"
    page, words = TYPED_ELSEWHERE[command]
    assert words in (ROOT / page).read_text("utf-8")


def test_every_block_says_what_it_is() -> None:
    assert {block.language for block in blocks()} <= LANGUAGES, [
        (block.page, block.text[:60]) for block in blocks() if block.language not in LANGUAGES
    ]
    assert indented_code() == []


def commands_between_words() -> list[tuple[str, str]]:
    begins = (*(f"{program} " for program in OURS), "make ", "python -m ")
    return sorted({(code, page) for page, code in words_of_code() if code.startswith(begins)})


@pytest.mark.parametrize(("code", "page"), commands_between_words())
def test_a_command_between_words_is_one_that_there_is(code: str, page: str) -> None:
    program, *words = code.split()
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert words[0] in targets, page
    elif program == "python":
        assert find_spec(words[1]) is not None, page
    else:
        _is_understood(program, words, page)


def _is_understood(program: str, words: list[str], page: str) -> None:
    deeds: list[str] = []
    for word in words:
        if not re.fullmatch(r"[a-z-]+", word) or word.startswith("-") or (deeds and deeds[0] not in ("unit", "config")):
            break
        deeds.append(word)
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        {"belbord-host": belbord_host, "belbord-desk": belbord_desk}[program]([*deeds, "--help"])
    assert ended.value.code == 0, f"{page}: {' '.join(deeds)}"
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        assert option in out.getvalue(), f"{page}: {option}"
