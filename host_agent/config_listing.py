"""The list of host.toml's keys, for `belbord-host config` and the documents."""

from broker.settings.commands import Listing
from host_agent.config_keys import HEAD, SECTIONS

LISTING = Listing("belbord-host", "host.toml", HEAD, SECTIONS)
