"""Faults that end in one line for the user: what is wrong, where, and what to do."""


class HostFault(Exception):  # noqa: N818  # says what happened
    """The host agent cannot go on. `exit_code` is what the command ends with (sysexits.h)."""

    exit_code = 1


class ConfigFault(HostFault):
    """The configuration is wrong; `faults` names every fault in it, one line each."""

    exit_code = 78

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class StoreFault(HostFault):
    """The store cannot be opened or written."""


class PortTaken(HostFault):
    """The web page's address is in use or cannot be listened on."""


class StoreInUse(StoreFault):
    """Another process of the host agent holds the store."""
