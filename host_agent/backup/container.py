"""The encrypted file that a backup is when a key is given (cryptography). Its format stands in docs/backup.md.

A header, then chunks under AES-256-GCM (NIST SP 800-38D) in the STREAM construction (Hoang, Reyhanitabar, Rogaway and
Vizár, CRYPTO 2015): each nonce holds the chunk's number and whether it is the last, so that chunks can be neither
moved nor cut off. The key is stretched by scrypt (RFC 7914); what that yields beyond the key tells a wrong key from
damage.
"""

import hmac
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from host_agent.errors import HostFault

MAGIC = b"belbord-backup-1"
CHUNK = 65_536
TAG = 16
_SALT, _PREFIX, _CHECK, _KEY = 16, 7, 16, 32
_STRENGTH, _MOST_STRENGTH = 17, 20
"""Powers of two: 128 MiB and half a second to stretch a key; what a strange file may ask at most."""
_HEADER = struct.Struct(f"!{len(MAGIC)}sB{_SALT}s{_PREFIX}s{_CHECK}s")


class SealedWriter:
    """Encrypts what is written to `file`; nothing is whole before `close`."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt, prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        stretched, check = _stretched(key, salt, _STRENGTH)
        self._header = _HEADER.pack(MAGIC, _STRENGTH, salt, prefix, check)
        self._chunks = _Chunks(stretched, prefix, self._header)
        self._file = file
        self._waiting = bytearray()
        file.write(self._header)

    def write(self, content: bytes) -> int:
        """Take `content` in."""
        self._waiting += content
        # The last chunk is known as such only when nothing follows.
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._waiting[:CHUNK]), is_last=False))
            del self._waiting[:CHUNK]
        return len(content)

    def close(self) -> None:
        """Write the last chunk; the file itself stays open."""
        self._file.write(self._chunks.seal(bytes(self._waiting), is_last=True))
        self._waiting.clear()


class SealedReader:
    """Decrypts `file`. Raises HostFault for another key, and, as it is read, for damage."""

    def __init__(self, file: BinaryIO, key: bytes, name: str) -> None:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            raise HostFault(f"{name}: damaged: it ends within its first {_HEADER.size} bytes")
        magic, strength, salt, prefix, check = _HEADER.unpack(header)
        if magic != MAGIC or not 1 <= strength <= _MOST_STRENGTH:
            raise HostFault(f"{name}: damaged in its first bytes")
        stretched, expected = _stretched(key, salt, strength)
        if not hmac.compare_digest(check, expected):
            raise HostFault(f"{name}: the key file is not the one it was made with")
        self._chunks = _Chunks(stretched, prefix, header)
        self._file, self._name = file, name
        self._next = file.read(CHUNK + TAG)
        self._ready = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        while not self._ready and self._next:
            sealed, self._next = self._next, self._file.read(CHUNK + TAG)
            try:
                self._ready = self._chunks.opened(sealed, is_last=not self._next)
            except InvalidTag:
                raise HostFault(f"{self._name}: damaged or cut off; use another backup") from None
        out, self._ready = self._ready[:size], self._ready[size:]
        return out


class _Chunks:
    """Seals and opens chunks in their order."""

    def __init__(self, key: bytes, prefix: bytes, header: bytes) -> None:
        self._cipher, self._prefix, self._header = AESGCM(key), prefix, header
        self._count = 0

    def seal(self, chunk: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last), chunk, self._header)

    def opened(self, chunk: bytes, *, is_last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(is_last), chunk, self._header)

    def _nonce(self, is_last: bool) -> bytes:
        nonce = self._prefix + struct.pack("!IB", self._count, is_last)
        self._count += 1
        return nonce


def _stretched(key: bytes, salt: bytes, strength: int) -> tuple[bytes, bytes]:
    out = Scrypt(salt=salt, length=_KEY + _CHECK, n=2**strength, r=8, p=1).derive(key)
    return out[:_KEY], out[_KEY:]
