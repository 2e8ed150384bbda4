"""The keys of host.toml about the office's other systems: webhooks and Home Assistant."""

from broker.home import DEFAULT_PREFIX
from broker.settings.keys import REQUIRED, Key, Section, matching, one_of, several, text, truth
from host_agent.core.webhooks import EVENTS

_file = text(limit=4096, meant="a path, relative to this file or whole")
URL = matching(r"https?://[!-~]{1,2000}", "an address such as `https://crm.kantoor.example/belbord`")

OUTWARD_SECTIONS = (
    Section(
        "home_assistant",
        "Each unit as a device in Home Assistant, over the broker: docs/home-assistant.md.",
        (
            Key("on", truth(), "Announce the units, without anything of a caller.", False),
            Key(
                "discovery_prefix", matching(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,3}", "topic levels such as "
                    "`homeassistant`"),
                "The discovery prefix that is set in Home Assistant.", DEFAULT_PREFIX,
            ),
        ),
    ),
    Section(
        "webhook",
        "One [[webhook]] for each program that is told what happens to notes: docs/webhooks.md.",
        (
            Key("url", URL, "Where to post. With https, or on this machine.", REQUIRED,
                shown="https://crm.kantoor.example/belbord"),
            Key(
                "secret_file", _file,
                "A file with what signs each post: `whsec_` and 24 to 64 bytes in base64, readable by its owner alone.",
                REQUIRED, shown="webhook-secret",
            ),
            Key(
                "events", several(one_of(*EVENTS), 32, f"a list of {', '.join(EVENTS)}"),
                "What it is told of.", (), shown=["kept", "assigned", "done"], otherwise="all of them",
            ),
            Key(
                "caller", one_of("none", "number", "name and number"),
                'What it is told of a caller: "none", "number", or "name and number".', "none",
            ),
            Key("allow_http", truth(), "Post without encryption to another machine.", False),
        ),
        many=True,
        hidden=True,
    ),
)  # fmt: skip
