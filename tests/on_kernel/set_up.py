"""Sets the unit up on the virtual Pi as the installation page says, and waits until it is at work."""

from device.core.pages import Margin, Quiet, Tally
from tests.on_kernel.boards import office
from tests.on_kernel.virtual_pi import PASSWORD_FILE, SERVICE, UNIT, VirtualPi

INSTALL = f"""
install -D -m 644 -t /usr/lib/sysusers.d /opt/systemd/sysusers.d/*.conf && systemd-sysusers &&
install -D -m 644 -t /etc/systemd/system /opt/systemd/{SERVICE} &&
install -d /etc/systemd/system/{SERVICE}.d /etc/belbord
"""
# The service runs as it is, but for one thing that a PC cannot give: its own view of /proc must say which Pi this is.
LIKENESS = "[Service]\\nBindReadOnlyPaths=/run/cpuinfo:/proc/cpuinfo\\n"
COMES_UP_WITHIN_S = 60.0
# The sign's least times are shorter than usual: their length is held by the core's own tests.
CONFIG = f"""unit = "{UNIT}"
board = "%(board)s"
[mqtt]
host = "127.0.0.1"
password_file = "mqtt-password"
[sign]
minimum_lit_s = 1
minimum_dark_s = 1
"""
QUIET = Quiet(Tally(0, 0), Margin(line="idle", sign="dark"))


def set_up(pi: VirtualPi, password: str) -> None:
    """Install, configure, plug the panel in, start the service, and let it show a quiet office."""
    pi.plug_panel()
    pi.show(office())
    pi.run(INSTALL)
    pi.run(f"printf '{LIKENESS}' >/etc/systemd/system/{SERVICE}.d/virtual-pi.conf && systemctl daemon-reload")
    pi.run(f"cat >/etc/belbord/desk.toml <<'END'\n{CONFIG % {'board': pi.profile.name}}END")
    pi.run(f"umask 077 && printf %s {password} >{PASSWORD_FILE}")
    pi.run(f"systemctl start {SERVICE}")
    pi.await_page(QUIET, within_s=COMES_UP_WITHIN_S)
