"""The port every PBX adapter stands behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from broker.messages import Capability
from host_agent.core.events import PbxEvent

Deliver = Callable[[Sequence[PbxEvent]], None]
"""Takes what the PBX told, in order; called from the event loop, once per read, and must not block."""


@dataclass(frozen=True)
class PbxTally:
    """What went by since the start: packets heard, connections made, packets that could not be used."""

    packets: int = 0
    connections: int = 0
    rejected: int = 0


class PbxAdapter(Protocol):
    """A telephone exchange. `capabilities` is what this kind of PBX can know."""

    @property
    def capabilities(self) -> tuple[Capability, ...]: ...

    def tally(self) -> PbxTally:
        """What went by since the start."""
        ...

    async def run(self, deliver: Deliver) -> None:
        """Connect, take a snapshot, deliver what happens, and come back after every fault, until cancelled."""
        ...
