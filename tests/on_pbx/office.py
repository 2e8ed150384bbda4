"""A small office on a real Asterisk: built once in a cache folder with debootstrap, started in a chroot on loopback."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.mosquitto import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
ROOT = CHECKOUT / ".cache" / "roots" / "asterisk"
UP_WITHIN_S = 30.0
PHONES = {
    "100": ("127.0.0.11", "Telefonist"),
    "201": ("127.0.0.12", "Anouk Bakker"),
    "202": ("127.0.0.13", "Piet Vink"),
}
TRUNK = "127.0.0.10"
SIP_PORT_OF_A_PHONE = 5060


@dataclass(frozen=True)
class Office:
    """A running Asterisk: where its doors are, and the secrets of its two manager users."""

    sip: tuple[str, int]
    ami_port: int
    secret: str
    driver_secret: str
    folder: Path

    def cli(self, command: str) -> str:
        """Run one command on Asterisk's own console."""
        done = subprocess.run(
            ["chroot", str(ROOT), "asterisk", "-C", f"{inside(self.folder)}/asterisk.conf", "-rx", command],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return done.stdout


def inside(path: Path) -> str:
    """`path` as Asterisk sees it from within its root."""
    return "/" + str(path.relative_to(ROOT))


def build() -> None:
    """Make the root once. Fails, saying what is missing, where debootstrap cannot run."""
    if os.geteuid() != 0:
        raise PermissionError(
            "a real Asterisk is built with debootstrap and started in a chroot: run `make test-pbx` as root"
        )
    subprocess.run([str(CHECKOUT / "tools" / "debian_root.sh"), "sid", str(ROOT)], check=True)
    if not (ROOT / "usr" / "sbin" / "asterisk").exists():
        subprocess.run(
            ["chroot", str(ROOT), "env", "DEBIAN_FRONTEND=noninteractive",
             "apt-get", "-qq", "install", "-y", "--no-install-recommends", "asterisk"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def write_configuration(folder: Path, sip_port: int, ami_port: int, secret: str, driver_secret: str) -> None:
    """Everything this office needs and nothing else: two queues, three phones, one trunk."""
    here = inside(folder)
    (folder / "run").mkdir(parents=True)
    files = {
        "asterisk.conf": f"""[directories]
astetcdir => {here}
astrundir => {here}/run
astlogdir => {here}/run
astspooldir => {here}/run
astdbdir => {here}/run
astkeydir => {here}/run
astmoddir => /usr/lib/x86_64-linux-gnu/asterisk/modules
astvarlibdir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
""",
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={module}.so\n" for module in MODULES),
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
        "manager.conf": f"""[general]
enabled = yes
port = {ami_port}
bindaddr = 127.0.0.1

; exactly the rights that the installation page asks for
[belbord]
secret = {secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = agent,call,system
write = reporting

[driver]
secret = {driver_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system
write = call,agent,originate,reporting,system
""",
        "queues.conf": """[general]
persistentmembers = no

[receptie]
strategy = ringall
timeout = 15
retry = 1
member => PJSIP/100,0,Telefonist,PJSIP/100

[service]
strategy = rrmemory
timeout = 10
retry = 1
wrapuptime = 2
member => PJSIP/201,0,Anouk Bakker,PJSIP/201
""",
        "extensions.conf": """[from-trunk]
exten => 0201112200,1,Answer(0,i)
 same => n,Queue(receptie)
 same => n,Hangup()
exten => 0201112201,1,Answer(0,i)
 same => n,Queue(service)
 same => n,Hangup()
exten => _02011122XX,1,Dial(PJSIP/${EXTEN:7},20)

[intern]
exten => 100,hint,PJSIP/100
exten => 201,hint,PJSIP/201
exten => 202,hint,PJSIP/202
exten => _XXX,1,Dial(PJSIP/${EXTEN},20)
 same => n,Hangup()
""",
        "pjsip.conf": f"""[loopback]
type = transport
protocol = udp
bind = 127.0.0.1:{sip_port}

[trunk]
type = endpoint
context = from-trunk
disallow = all
allow = alaw
trust_id_inbound = yes
[trunk]
type = identify
endpoint = trunk
match = {TRUNK}
"""
        + "".join(
            f"""
[{number}]
type = endpoint
context = intern
disallow = all
allow = alaw
aors = {number}
callerid = "{name}" <{number}>
[{number}]
type = aor
contact = sip:{number}@{address}:{SIP_PORT_OF_A_PHONE}
[{number}]
type = identify
endpoint = {number}
match = {address}
"""
            for number, (address, name) in PHONES.items()
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text)


MODULES = (
    "pbx_config", "app_dial", "app_queue", "app_stack", "app_verbose", "bridge_simple",
    "bridge_builtin_features", "bridge_holding", "bridge_native_rtp", "bridge_softmix", "chan_bridge_media",
    "chan_pjsip", "codec_alaw", "codec_ulaw", "format_pcm", "format_wav", "func_callerid", "func_channel",
    "res_musiconhold", "res_pjproject", "res_pjsip", "res_pjsip_caller_id",
    "res_pjsip_dialog_info_body_generator", "res_pjsip_endpoint_identifier_ip", "res_pjsip_pubsub",
    "res_pjsip_refer", "res_pjsip_rfc3326", "res_pjsip_sdp_rtp", "res_pjsip_session", "res_rtp_asterisk",
    "res_rtp_multicast", "res_sorcery_config", "res_sorcery_astdb", "res_sorcery_memory",
    "res_timing_timerfd", "res_pjsip_exten_state", "res_manager_devicestate", "res_statsd", "manager_hints",
)  # fmt: skip


@contextmanager
def running_office() -> Iterator[Office]:
    """A built and started office, stopped at the end. Raises with Asterisk's own words when it does not come up."""
    build()
    folder = ROOT / "srv" / f"office-{os.getpid()}-{secrets.token_hex(3)}"
    secret, driver_secret = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    sip_port, ami_port = free_port(), free_port()
    write_configuration(folder, sip_port, ami_port, secret, driver_secret)
    office = Office(("127.0.0.1", sip_port), ami_port, secret, driver_secret, folder)
    process = start(office)
    try:
        yield office
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def start(office: Office) -> "subprocess.Popen[bytes]":
    """Start Asterisk in its root and wait until it is fully booted."""
    log = office.folder / "console.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            ["chroot", str(ROOT), "asterisk", "-f", "-C", f"{inside(office.folder)}/asterisk.conf"],
            stdout=out, stderr=out, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    deadline = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            with socket.create_connection(("127.0.0.1", office.ami_port), timeout=1):
                pass
            if "fully booted" in office.cli("core waitfullybooted").lower():
                return process
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Asterisk did not come up: {log.read_text(errors='replace')[-1500:]}")
        time.sleep(0.1)


def act(office: Office, **headers: str) -> str:
    """Log in as the driver, send one manager action, log off; the answers as text. For what the console cannot do."""
    login = f"Action: Login\r\nUsername: driver\r\nSecret: {office.driver_secret}\r\nEvents: off\r\n\r\n"
    action = "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", office.ami_port), timeout=10) as manager:
        manager.sendall((login + action + "Action: Logoff\r\n\r\n").encode())
        answer = b""
        while chunk := manager.recv(65536):
            answer += chunk
    return answer.decode(errors="replace")
