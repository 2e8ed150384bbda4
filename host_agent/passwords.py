"""Passwords, kept as Argon2id (RFC 9106) and compared in constant time. The one file that knows argon2-cffi."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 10, 200
# OWASP's first choice for Argon2id: 19 MiB and two passes; a Pi or small server does it in well under a second.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Somebody who does not exist takes as long as somebody who does.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$TnTV3hPlvYuFLTOHQZNqQA$h1rYNhrNYbYHNhNsbZbYRoOqEXZpE1vMLpA3Ttfjsxw"


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept. None (there is none) takes as long, and is wrong."""
    try:
        return _HASHER.verify(kept or _NOBODY, password) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was kept with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept)
