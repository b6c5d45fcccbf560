"""Says what is wrong with chalicelib/model/providers.py: `make providers [NAMESERVERS=file]`.

The file has names of name servers, one a line, as `dig +short NS example.com` prints them for many domains: those
that nobody in the table answers for are counted by whose they are, the most frequent first. An entry is added by
hand, with the name that the provider gives itself, when its servers turn up there.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chalicelib.errors import Invalid
from chalicelib.model import dns, providers
from chalicelib.x509 import hostname

MOST_SHOWN = 50


def faults(suffixes: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each entry that cannot be right: what is nobody's own domain, or out of order."""
    for suffix, name in suffixes.items():
        try:
            normal = hostname.normalize(suffix)
        except Invalid as error:
            yield error.message
            continue
        if normal != suffix:
            yield f"{suffix} is written {normal}."
        if "." not in suffix or dns.is_public_suffix(suffix):
            yield f"{suffix} is nobody's own domain."
        if suffix.partition(".")[2] in suffixes:
            yield f"{suffix} is below another entry, which answers for it."
        if not name or name != name.strip() or not name.isprintable():
            yield f"{suffix} has no name that can be shown: {name!r}."
    if list(suffixes) != sorted(suffixes):
        yield "The entries are not in alphabetical order."


def unknown(nameservers: Iterable[str]) -> Counter[str]:
    """Count the name servers that belong to nobody in the table, by the domain that they are below."""
    names = (line.strip().rstrip(".").lower() for line in nameservers)
    return Counter(dns.registrable(name) for name in names if name and providers.provider([name]) is None)


def main(arguments: list[str]) -> int:
    """Print what is wrong, and whose name servers are missing; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="Check the table of DNS providers.")
    parser.add_argument("nameservers", nargs="?", type=Path)
    asked = parser.parse_args(arguments)
    found = list(faults(providers.SUFFIXES))
    for sentence in found:
        print(sentence)
    if asked.nameservers:
        for domain, times in unknown(asked.nameservers.read_text().splitlines()).most_common(MOST_SHOWN):
            print(f"{times:6} {domain}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
