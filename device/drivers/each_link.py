"""Network and cable as one link: what is said goes over each. The host keeps a note once, whatever way it came."""

from collections.abc import Sequence

from broker.messages import Hello, Note
from device.ports import Link


class EachLink:
    """Whatever links a unit has. One that is not up drops what it is given."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links

    def say_hello(self, hello: Hello) -> None:
        """Say it over each: the nonce is the same, and the freshest answer wins."""
        for link in self._links:
            link.say_hello(hello)

    def send_note(self, note: Note) -> None:
        """Send it over each."""
        for link in self._links:
            link.send_note(note)
