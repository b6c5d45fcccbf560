"""Known intermediate certificates, found by the subject that a missing issuer has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from chalicelib.model import times
from chalicelib.record.contract import Record
from chalicelib.record.writes import Put

MOST_WITH_ONE_SUBJECT = 20  # read at once; cross-signed authorities have a handful


class Pool:
    """One item a certificate, beside the others with the same subject; it goes when it expires."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def issuers(self, subject_key: str) -> Iterator[bytes]:
        """Yield the DER of the known certificates with that subject."""
        found = self._record.query(f"POOL#{subject_key}", newest_first=True)
        return (item["der"] for item in islice(found, MOST_WITH_ONE_SUBJECT))

    def learn(self, subject_key: str, fingerprint: str, der: bytes, expires_at: datetime) -> None:
        """Keep a certificate; the caller has verified that it leads to a root that Mozilla trusts."""
        item = {
            "PK": f"POOL#{subject_key}",
            # Of more certificates than are read, those that live longest are.
            "SK": f"{times.text(expires_at)}#{fingerprint}",
            "der": der,
            "ttl": int(expires_at.timestamp()),
        }
        self._record.commit([Put(item)])
