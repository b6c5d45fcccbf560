"""A DNS server on loopback for tests: answers from a zone that the test writes, and misbehaves where it says so.

with running("www.example.com. 300 IN CNAME tokyo.example.net.") as server:
    server.address                                    what a resolver is told to ask
    server.add("*.example.com. 60 IN A 192.0.2.1")    more records
    server.odd["lost.example.com"] = SILENT           how a name is answered instead
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from dnslib import CNAME, QTYPE, RCODE, RR, DNSHeader, DNSRecord

LARGEST_DATAGRAM = 512  # RFC 1035 section 4.2.1
MOST_ALIASES = 30
POLL = 0.05  # seconds
ATTEMPTS = 50

Odd = Callable[[DNSRecord], bytes | None]  # returns the bytes of the answer, None for no answer


def SILENT(query: DNSRecord) -> None:  # noqa: N802
    """Never answer."""


def code(name: str) -> Odd:
    """Answer with a response code, such as SERVFAIL."""

    def answer(query: DNSRecord) -> bytes:
        reply = query.reply()
        reply.header.rcode = getattr(RCODE, name)
        return bytes(reply.pack())

    return answer


@dataclass
class NameServer:
    """The records, what is odd about some names, and what was asked."""

    address: tuple[str, int] = ("127.0.0.1", 0)
    records: list[RR] = field(default_factory=list)
    odd: dict[str, Odd] = field(default_factory=dict)  # by name, or by name and type: "www.example.com AAAA"
    asked: list[tuple[str, str]] = field(default_factory=list)
    chases: bool = True  # like a resolver: follow aliases to their end

    def add(self, zone: str) -> None:
        """Add records, written as in a zone file with absolute names, one a line."""
        self.records += RR.fromZone("\n".join(line.strip() for line in zone.splitlines()))

    def clear(self) -> None:
        """Forget everything."""
        self.records, self.odd, self.asked = [], {}, []

    def answer(self, packet: bytes, limit: int | None) -> bytes | None:
        """Return the answer to a packet, truncated at `limit` bytes, None for none."""
        query = DNSRecord.parse(packet)
        name, kind = str(query.q.qname).lower().rstrip("."), QTYPE[query.q.qtype]
        self.asked.append((name, kind))
        odd = self.odd.get(f"{name} {kind}") or self.odd.get(name)
        packed = odd(query) if odd else self._reply(query, name, kind).pack()
        if packed is None or limit is None or len(packed) <= limit:
            return packed
        return bytes(DNSRecord(DNSHeader(id=query.header.id, qr=1, ra=1, tc=1), q=query.q).pack())

    def _reply(self, query: DNSRecord, name: str, kind: str) -> DNSRecord:
        reply = query.reply()
        for _ in range(MOST_ALIASES):
            found = self._at(name)
            if found is None:
                reply.header.rcode = RCODE.NXDOMAIN
                return reply
            wanted = [each for each in found if QTYPE[each.rtype] == kind]
            alias = next((each for each in found if each.rtype == QTYPE.CNAME and kind != "CNAME"), None)
            for each in wanted or ([alias] if alias else []):
                reply.add_answer(each)
            if alias is None or wanted or not self.chases:
                return reply
            assert isinstance(alias.rdata, CNAME)
            name = str(alias.rdata.label).lower().rstrip(".")
        return reply

    def _at(self, name: str) -> list[RR] | None:
        """Return the records at a name, by a wildcard if need be; None if there is no such name (RFC 4592)."""
        owners = {str(each.rname).lower().rstrip(".") for each in self.records}
        if any(owner == name or owner.endswith(f".{name}") for owner in owners):
            return [each for each in self.records if str(each.rname).lower().rstrip(".") == name]
        parent = name.partition(".")[2]
        while parent:
            if f"*.{parent}" in owners:
                starred = [each for each in self.records if str(each.rname).lower().rstrip(".") == f"*.{parent}"]
                return [RR(name, each.rtype, each.rclass, each.ttl, each.rdata) for each in starred]
            if any(owner == parent or owner.endswith(f".{parent}") for owner in owners):
                return None
            parent = parent.partition(".")[2]
        return None


@contextmanager
def running(zone: str = "") -> Iterator[NameServer]:
    """Run a server on a free port, for UDP and TCP, until the block ends."""
    server = NameServer()
    server.add(zone)
    udp, tcp = _pair(server)
    server.address = udp.server_address
    threads = [threading.Thread(target=each.serve_forever, args=(POLL,)) for each in (udp, tcp)]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        for each in (udp, tcp):
            each.shutdown()
            each.server_close()
        for thread in threads:
            thread.join(10)


def _pair(server: NameServer) -> tuple[Any, Any]:
    """Listen on one port that is free for both."""
    for _ in range(ATTEMPTS):
        udp = _Udp(("127.0.0.1", 0), _Datagram)
        try:
            tcp = _Tcp(udp.server_address, _Stream)
        except OSError:
            udp.server_close()
            continue
        udp.named = tcp.named = server
        return udp, tcp
    raise AssertionError("no port is free")


class _Udp(socketserver.ThreadingUDPServer):
    named: NameServer
    max_packet_size = 4096


class _Tcp(socketserver.ThreadingTCPServer):
    named: NameServer
    allow_reuse_address = True


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        packet, listener = self.request
        answer = self.server.named.answer(packet, LARGEST_DATAGRAM)  # type: ignore[attr-defined]
        if answer is not None:
            listener.sendto(answer, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self) -> None:
        try:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            answer = self.server.named.answer(self.rfile.read(length), None)  # type: ignore[attr-defined]
            if answer is not None:
                self.wfile.write(struct.pack("!H", len(answer)) + answer)
        except (TimeoutError, OSError, struct.error):
            return
