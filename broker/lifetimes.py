"""How long a certificate lives, and when the next one is asked for. Seconds since 1970, UTC."""

DAY_S = 86_400.0
REST = 3
"""With one third of its life left a certificate is renewed: months in which the other end may be away."""


def renewal_due(begins: float, ends: float, now: float) -> bool:
    """Whether a certificate that is valid from `begins` to `ends` is to be renewed."""
    return now >= ends - (ends - begins) / REST
