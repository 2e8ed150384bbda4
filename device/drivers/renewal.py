"""Renewal of the unit's certificate over its link: asks when a third of its life is left, on a new key of its own."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from broker.lifetimes import renewal_due
from broker.messages import Certificate, Renewal
from device import unit_files
from device.errors import UnitFault

log = logging.getLogger(__name__)

ASK_EVERY_S = 3600.0


class CertificateRenewal:
    """Looks after `certificate` (key and certificate, as enrolment wrote them). Called from the link's thread alone.

    The library that makes keys is loaded only when a new one is wanted: once in more than a year.
    """

    def __init__(self, certificate: Path, authority: Path, unit: str, clock: Callable[[], float] = time.time) -> None:
        self._certificate = certificate
        self._authority = authority
        self._unit = unit
        self._clock = clock
        self._asked_at = float("-inf")

    def wish(self, ticking: float) -> Renewal | None:
        """What to ask the host now, mostly nothing. `ticking`: monotonic seconds."""
        if ticking - self._asked_at < ASK_EVERY_S:
            return None
        self._asked_at = ticking
        life = unit_files.life_of(self._certificate)
        if life is None or not renewal_due(*life, self._clock()):
            return None
        from device.drivers.unit_key import new_key, request_for

        folder = self._certificate.parent
        try:
            key = unit_files.pending_key(folder)
            if key is None:
                key = new_key()
                unit_files.keep_pending_key(folder, key)
        except (OSError, UnitFault) as fault:
            log.warning("certificate: cannot be renewed: %s", fault)
            return None
        return Renewal(request=request_for(key))

    def take(self, answer: Certificate) -> None:
        """Keep the new certificate, if it is ours; the next connection uses it."""
        from device.drivers.unit_key import UnfitCertificate, check, life_of

        folder = self._certificate.parent
        try:
            key = unit_files.pending_key(folder)
            if key is None:
                return
            content = answer.certificate.encode()
            check(content, key, self._authority.read_bytes(), self._unit)
            unit_files.keep_certificate(folder, key, answer.certificate, life_of(content))
        except (OSError, UnitFault, UnfitCertificate) as fault:
            log.warning("certificate: the new one is not kept: %s", fault)
            return
        log.info("certificate: renewed")
