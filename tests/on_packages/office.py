"""The smallest office on one machine, as scripts: a broker, a host agent without a PBX and a desk unit without pins."""

_CONFIGURE = """
install -d /etc/belbord
printf secret > /etc/belbord/mqtt-password
printf secret > /etc/belbord/ami-secret
chmod 600 /etc/belbord/mqtt-password /etc/belbord/ami-secret
mosquitto_passwd -b -c /etc/mosquitto/passwd balie-1 secret 2>/dev/null
mosquitto_passwd -b /etc/mosquitto/passwd host secret 2>/dev/null
chown mosquitto /etc/mosquitto/passwd
cat > /etc/mosquitto/conf.d/belbord.conf <<'CONF'
listener 1883 127.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwd
use_username_as_clientid true
CONF
cat > /etc/belbord/desk.toml <<'CONF'
unit = "balie-1"
[mqtt]
host = "127.0.0.1"
password_file = "mqtt-password"
[panel]
on = false
CONF
cat > /etc/belbord/host.toml <<'CONF'
[mqtt]
host = "127.0.0.1"
username = "host"
password_file = "/run/credentials/belbord-host.service/mqtt-password"
[pbx]
kind = "none"
[[unit]]
name = "balie-1"
label = "Balie"
CONF
systemctl restart mosquitto
"""

NO_PINS = """
# A container has no pins and no panel; all else of the service, its sandbox too, is as it will be.
install -d /etc/systemd/system/belbord-desk.service.d
cat > /etc/systemd/system/belbord-desk.service.d/no-pins.conf <<'CONF'
[Service]
Environment=GPIOZERO_PIN_FACTORY=mock
WatchdogSec=3
CONF
systemctl daemon-reload
"""

PRESS = """
# A press in the unit's own outbox: kept while the unit was off, so it must travel when the unit comes.
setpriv --reuid belbord-desk --clear-groups /opt/belbord-desk/bin/python3 -I - <<'PY'
import time, uuid
from pathlib import Path
from device.core.notes import KeptNote
from device.drivers import outbox_file
outbox = outbox_file.open_outbox(Path("/var/lib/belbord-desk/outbox.sqlite3"))
outbox_file.write(outbox, KeptNote(uuid.uuid4().hex, 1, "0" * 16, 1.0, time.time()))
outbox.close()
PY
"""

CONFIGURE = _CONFIGURE + NO_PINS

COUNT = """install -D /dev/stdin /usr/local/bin/count-notes <<'PY'
#!/usr/bin/python3
import sqlite3
print(sqlite3.connect("/var/lib/belbord/host.sqlite3").execute("select count(*) from notes").fetchone()[0])
PY
"""


def until(condition: str, seconds: int = 15) -> str:
    """Shell that waits for `condition`, and fails naming it when it has not come about in time."""
    return f"""
n=0
until {condition} 2>/dev/null; do
    n=$((n + 1))
    [ "$n" -lt {seconds * 10} ] || {{
        echo 'never: {condition.replace("'", '"')}'
        journalctl -n 40 --no-pager
        exit 1
    }}
    sleep 0.1
done
"""


def running(part: str) -> str:
    """Shell condition: the service has said READY."""
    return f'[ "$(systemctl is-active belbord-{part})" = active ]'


def notes(count: int) -> str:
    """Shell condition: so many notes stand in the host's store."""
    return f'[ "$(count-notes)" = {count} ]'
