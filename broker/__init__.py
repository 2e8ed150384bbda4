"""The shared language of desk units and host agents, and the bus between them."""

__version__ = "0.1.0"
