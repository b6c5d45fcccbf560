"""What is tolerated of certificates and keys that strangers send: how the library complains of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm

# What it raises for a certificate or a key that is damaged or strange, from loading as from any accessor.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InternalError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep quiet about what is merely unusual, such as roots with serial number 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
