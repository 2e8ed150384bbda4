"""What a whole run of the program leaves in its log: never a caller's name, and of a number three digits at most."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from broker.messages import Caller, Hello, Note
from broker.mosquitto import RunningBroker, free_port
from tests.host_agent.desk_unit import DeskUnit
from tests.host_agent.host_parts import OFFICE

PROGRAM = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]
NAME, NUMBER, WORD = "Kanarie van der Geel", "0698765432", "geheimzinnig"


def _asked(web: int, path: str, form: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str, str]:
    """The status, text and cookies of a page as a browser on this machine gets it."""
    own = {"Origin": f"http://127.0.0.1:{web}", "Cookie": cookie}
    content = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{web}{path}", content, own)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            sent = answer.headers.get_all("Set-Cookie") or []
            return answer.status, answer.read().decode(), "; ".join(each.split(";")[0] for each in sent)
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode(), ""


def _until_there(program: subprocess.Popen[bytes], web: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert program.poll() is None, "it ended before it was ready"
        assert time.monotonic() < deadline, "not ready in 20 s"
        try:
            if json.loads(_asked(web, "/api/health")[1])["link"]:
                return
        except OSError:
            pass
        time.sleep(0.05)


def _desk_says(broker: RunningBroker) -> None:
    caller = Caller(name=NAME, number=NUMBER)
    whole = Note(id="a" * 32, pressed_s_ago=1.0, caller=caller, queue="receptie")
    with DeskUnit(broker, "balie-1") as unit:
        unit.say("hello", Hello(nonce="0123456789abcdef"))
        unit.say("note", whole)
        assert unit.next("receipt")["id"] == whole.id
        # The same note with another content, one that is retained, and payloads that cannot be read.
        unit.say("note", Note(id="a" * 32, pressed_s_ago=1.0, caller=Caller(name=f"{NAME} II", number=NUMBER)))
        unit.say("note", whole, retain=True)
        for raw in (f'{{"v":1,"id":"{NAME}"}}', f'{{"v":1,"caller":{{"number":"{NUMBER}"', NUMBER, f"{NAME}\n{NUMBER}"):
            unit.say("note", None, raw=raw.encode())
            unit.say("hello", None, raw=raw.encode())


def _people_do(web: int) -> None:
    _status, text, cookie = _asked(web, "/new")
    token = re.findall(r'name="token" value="([^"]*)"', text)[0]
    form = {"token": token, "caller_name": NAME, "caller_number": NUMBER, "reason": f"{WORD} {NUMBER}", "promise": ""}
    assert _asked(web, "/new", form, cookie)[0] == 200
    assert _asked(web, "/new", {**form, "token": "forged"}, cookie)[0] == 403
    said = urllib.parse.quote(NAME)
    for path in (
        f"/?zoek={NUMBER}",
        f"/?zoek={said}",
        f"/{said}",
        f"/note/{NUMBER}",
        f"/c/{said}",
        f"/contacts?zoek={said}",
    ):
        assert _asked(web, path)[0] in (200, 404, 410, 422)
    assert NAME in _asked(web, f"/?zoek={NUMBER}")[1]
    assert _asked(web, f"/note/{'a' * 32}/done", {**form, "version": NAME}, cookie)[0] in (200, 409, 422)


def test_no_line_that_a_whole_run_logs_tells_who_called(mosquitto: RunningBroker, tmp_path: Path) -> None:
    (tmp_path / "mqtt-password").touch(0o600)
    (tmp_path / "mqtt-password").write_text(mosquitto.passwords["host"])
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "contacts.csv").write_text(f"naam;nummer\n{NAME};{NUMBER}\n{NAME};geen nummer {WORD}\n;{NUMBER}\n")
    (lists / "contacts.vcf").write_text(f"BEGIN:VCARD\nFN:{NAME}\nTEL:{NUMBER}\n")
    web, config = free_port(), tmp_path / "host.toml"
    config.write_text(OFFICE.format(port=mosquitto.port, web=web) + f'[directory]\nfolder = "{lists}"\n')
    log = tmp_path / "log"
    with log.open("wb") as out:
        told = [*PROGRAM, "run", "--verbose", "--config", str(config)]
        with subprocess.Popen(told, stdout=out, stderr=subprocess.STDOUT) as program:
            try:
                _until_there(program, web)
                _desk_says(mosquitto)
                _people_do(web)
                for command in ("erase", "retention"):
                    more = [NUMBER] if command == "erase" else []
                    run = [*PROGRAM, command, "--config", str(config), *more]
                    assert subprocess.run(run, stdout=out, stderr=out, timeout=30).returncode == 0
                assert _asked(web, f"/note/{'a' * 32}")[0] == 404
                program.send_signal(signal.SIGTERM)
                assert program.wait(15) == 0
            finally:
                program.kill()
    said = log.read_text()
    # It did speak of what came, so that this tests something.
    assert "refused:" in said
    assert "contacts.csv, line 3" in said
    assert "•••432" in said
    for canary in ("Kanarie", "Geel", WORD, NUMBER, NUMBER[1:], "5432"):
        assert canary not in said, f"{canary!r} stands in the log"
