"""The note store: one port (`host_agent.ports.NoteStore`) over SQL databases."""
