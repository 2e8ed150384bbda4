"""No PBX: units say that it is away, and notes work."""

import asyncio

from broker.messages import Capability
from host_agent.pbx.port import Deliver, PbxTally


class AbsentPbx:
    """Stands in where host.toml says `kind = "none"`."""

    capabilities: tuple[Capability, ...] = ()

    def tally(self) -> PbxTally:
        """Nothing."""
        return PbxTally()

    async def run(self, deliver: Deliver) -> None:  # noqa: ARG002  # it never happens
        """Nothing ever happens."""
        await asyncio.Event().wait()
