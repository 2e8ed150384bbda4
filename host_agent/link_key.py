"""Signing the links that open one note without an account (itsdangerous; the only file that knows it)."""

import os
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner

from host_agent.errors import StoreFault
from host_agent.ports_promise import Link

_KEY_BYTES = 32
_OTHERS_MAY = 0o077


class LinkKey:
    """Signs links with a key of this host, and tells which link a word was signed for."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, link: Link) -> str:
        """The word that stands in the address: the link's id, dated and signed. The same each time."""
        return _at(self._key, link.made_at).sign(link.id).decode()

    def link_id(self, word: str, now: float, lasts_s: float) -> str | None:
        """The id of the link that `word` was signed for; None when it was not signed here, or is too old."""
        try:
            return _at(self._key, now).unsign(word.encode(), max_age=int(lasts_s)).decode()
        except (BadSignature, UnicodeError):
            return None


def link_key(path: Path) -> LinkKey:
    """The key in the file `path`, made at first and readable by its owner alone. Raises StoreFault."""
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_KEY_BYTES).hex().encode())
                file.flush()
                os.fsync(descriptor)
        if path.stat().st_mode & _OTHERS_MAY:
            raise StoreFault(f"{path}: others may read this key; chmod 600 it, or remove it so that a new one is made")
        key = path.read_bytes().strip()
    except OSError as fault:
        raise StoreFault(f"{path}: the key of colleagues' links cannot be used ({fault.strerror})") from None
    if len(key) < _KEY_BYTES:
        raise StoreFault(f"{path}: holds no key; remove it so that a new one is made (links given out then end)")
    return LinkKey(key)


def _at(key: bytes, moment: float) -> TimestampSigner:
    class Dated(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(moment)

    return Dated(key, salt="belbord colleague's link", sep=".")
