"""The port every PBX adapter stands behind."""

from collections.abc import Callable, Sequence
from typing import Protocol

from broker.messages import Capability
from host_agent.core.events import PbxEvent

Deliver = Callable[[Sequence[PbxEvent]], None]
"""Takes what the PBX told, in order; called from the event loop, once per read, and must not block."""


class PbxAdapter(Protocol):
    """A telephone exchange. `capabilities` is what this kind of PBX can know."""

    @property
    def capabilities(self) -> tuple[Capability, ...]: ...

    async def run(self, deliver: Deliver) -> None:
        """Connect, take a snapshot, deliver what happens, and come back after every fault, until cancelled."""
        ...
