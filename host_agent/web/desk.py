"""What every page stands on: the configuration, the live office, the inbox and the bus."""

from host_agent.bus import Bus
from host_agent.config import Config
from host_agent.inbox import Inbox
from host_agent.live import LiveOffice


class Desk:
    """The living parts that pages show and change."""

    def __init__(self, config: Config, live: LiveOffice, inbox: Inbox, bus: Bus) -> None:
        self.config = config
        self.live = live
        self.inbox = inbox
        self.bus = bus
        self.is_closing = False

    def close(self) -> None:
        """End the live streams: the program stops."""
        self.is_closing = True
        self.inbox.changes.mark()
