"""What a unit at work takes over of a changed desk.toml: pure."""

from dataclasses import replace

from broker.settings.change import Change, change
from device.config import Config
from device.config_keys import SECTIONS


def differs(running: Config, fresh: Config) -> Change:
    """The paths of the keys that differ. A password that is another one differs too, whatever its file is called."""
    found = change(SECTIONS, running.given, fresh.given)
    before, after = (None if each.broker is None else each.broker.password for each in (running, fresh))
    if before != after and "mqtt.password_file" not in found.needs_restart:
        return replace(found, needs_restart=(*found.needs_restart, "mqtt.password_file"))
    return found


def taken_over(running: Config, fresh: Config) -> Config:
    """`running` with all of `fresh` that needs no restart: the keys of the list that reload."""
    # The buzzer's line is opened at the start, or not.
    sound = replace(fresh.rules.sound, on=running.rules.sound.on)
    return replace(
        running,
        language=fresh.language,
        brightness=fresh.brightness,
        rules=replace(fresh.rules, sound=sound),
        given={**running.given, **{path: fresh.given[path] for path in differs(running, fresh).taken_over}},
    )
