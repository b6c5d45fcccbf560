"""Facts as earlier releases stored them: with a key's type, and a common name, in words only."""

from __future__ import annotations

import re
from typing import Any

COMMON_NAME = re.compile(r"(?:^|; )CN=([^;]+)")


def today(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a certificate's facts, as they were stored (JSON), with all that facts have today."""
    if "key" in stored:
        return stored
    kept = {name: value for name, value in stored.items() if name != "key_type"}
    return {**kept, "key": _key(stored["key_type"]), "common_names": COMMON_NAME.findall(stored["subject"])}


def _key(name: str) -> dict[str, Any]:
    """Return the values behind a name such as "RSA 2048", "EC P-256" or "Ed25519"."""
    key_type, _, size = name.partition(" ")
    if key_type == "EC":
        return {"type": key_type, "bits": int(size[2:]) if size.startswith("P-") else None, "curve": size}
    if size.isdigit():
        return {"type": key_type, "bits": int(size)}
    return {"type": "" if size else key_type}
