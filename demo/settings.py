"""What the demo tells each program: their configuration files, as text. Pure."""

import json
from dataclasses import dataclass

UNIT = "balie-1"
HOST_USER = "host"
AMI_USER = "belbord"
BOARD = "oled-1.3-sh1106-duo-rgb"
"""The board file of the demo's unit unless another is asked for: the one with all there is to see and hear."""


@dataclass(frozen=True)
class Ports:
    """Loopback ports. `demo`: the page that a person opens; the others are found free."""

    demo: int
    broker: int
    ami: int
    control: int
    inbox: int
    unit: int


def host_toml(ports: Ports, folder: str) -> str:
    """host.toml for the demo's host agent; its secrets stand beside it in `folder`."""
    pages = [f"http://127.0.0.1:{ports.demo}", f"http://localhost:{ports.demo}"]
    return f"""language = "nl"

[mqtt]
host = "127.0.0.1"
port = {ports.broker}
username = "{HOST_USER}"
password_file = "host-password"

[pbx]
kind = "asterisk"
host = "127.0.0.1"
port = {ports.ami}
username = "{AMI_USER}"
secret_file = "ami-secret"

[web]
listen = "127.0.0.1:{ports.inbox}"
frame_ancestors = {json.dumps(pages)}

[store]
path = {json.dumps(folder + "/host.sqlite3")}

[[queue]]
name = "receptie"
label = "Receptie"

[[queue]]
name = "service"
label = "Service"

[[unit]]
name = "{UNIT}"
label = "Balie"
extension = "100"
queues = ["receptie"]
"""


def desk_toml(ports: Ports, folder: str, board: str) -> str:
    """desk.toml for the demo's virtual unit; `board`: a board file's name or path."""
    return f"""unit = "{UNIT}"
board = {json.dumps(board)}
state_directory = {json.dumps(folder + "/unit")}

[mqtt]
host = "127.0.0.1"
port = {ports.broker}
password_file = "unit-password"

[sign]
# One caller is enough to see the sign at work, and it lets go soon.
waiting = 2
minimum_lit_s = 4
minimum_dark_s = 2

[sound]
# Seen as a note on the page; heard once its speaker is switched on.
on = true
"""
