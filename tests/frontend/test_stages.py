"""The console's rule for "soon" is the server's: a list shows it without asking for each endpoint's reminders."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from chalicelib.api import wire
from chalicelib.model import expiry
from chalicelib.model.endpoint import Version
from chalicelib.x509.facts import Facts, Key, Verdict

WORDS = Path(__file__).parents[2] / "frontend" / "js" / "words.js"
SCRIPT = f"""
import {{ certificateOf, renewal }} from {json.dumps(WORDS.as_uri())};
for (const each of JSON.parse(process.argv[1])) console.log(renewal(certificateOf(each)).toISOString());
"""
BEGIN = datetime(2027, 1, 1, tzinfo=timezone.utc)
LIVES = ((2,), (6,), (10,), (11,), (47,), (90, 3000), (398, 20), (90, 7))  # days of leaf and intermediate
TRUSTED = Verdict(trusted=True, reasons=())


def version(*days: int) -> Version:
    """Return a version whose certificates begin an hour after each other and live for so many days."""
    begins = [BEGIN + timedelta(hours=place) for place in range(len(days))]
    chain = tuple(
        Facts("CN=c", "CN=r", (), begin, begin + timedelta(days=life), "1", "f", Key(""), "", False, False)
        for begin, life in zip(begins, days, strict=True)
    )
    return Version("e", 1, "v", "", chain, TRUSTED, (), BEGIN, "test")


def test_soon_begins_with_the_first_stage() -> None:
    """For lives of any length, also where an intermediate ends before the leaf."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no node here.")
    versions = [version(*days) for days in LIVES]
    told = [
        {"ssl_cert": wire.ssl_cert(each.chain, TRUSTED), "details": wire.details(each.chain)} for each in versions
    ]
    command = [node, "--input-type=module", "-e", SCRIPT, "--", json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    renewals = [datetime.fromisoformat(line.replace("Z", "+00:00")) for line in done.stdout.split()]
    assert [expiry.moments(each)[expiry.RENEW] for each in versions] == renewals
