"""What a host that runs takes over of a changed host.toml: pure."""

from dataclasses import replace

from broker.settings.change import Change, change
from host_agent.config import Config
from host_agent.config_keys import SECTIONS

_SECRETS = ("mqtt.password_file", "pbx.secret_file")


def differs(running: Config, fresh: Config) -> Change:
    """The paths of the keys that differ. A secret that is another one differs too, whatever its file is called."""
    found = change(SECTIONS, running.given, fresh.given)
    changed = (running.mqtt.password != fresh.mqtt.password, running.pbx.secret != fresh.pbx.secret)
    secrets = [path for path, is_other in zip(_SECRETS, changed, strict=True) if is_other]
    return replace(found, needs_restart=tuple(dict.fromkeys((*found.needs_restart, *secrets))))


def taken_over(running: Config, fresh: Config) -> Config:
    """`running` with all of `fresh` that needs no restart: the keys of the list that reload."""
    return replace(
        running,
        language=fresh.language,
        queues=fresh.queues,
        units=fresh.units,
        privacy=fresh.privacy,
        directory=replace(running.directory, prefer=fresh.directory.prefer, outside_line=fresh.directory.outside_line),
        promise=fresh.promise,
        given={**running.given, **{path: fresh.given[path] for path in differs(running, fresh).taken_over}},
    )
