"""The list of desk.toml's keys, for `belbord-desk config` and the documents."""

from broker.settings.commands import Listing
from device.config_keys import HEAD, SECTIONS

LISTING = Listing("belbord-desk", "desk.toml", HEAD, SECTIONS)
