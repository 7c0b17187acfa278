"""Every attempt to reach another machine is refused and noted, in this process and the Python processes it starts.

Children find ``sitecustomize`` in this folder by PYTHONPATH, and write into the same file. Standard library only: it
is loaded before anything else.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

NOTES = "TEST_OUTSIDE_NOTES"
"""Names the file of notes, one attempt a line."""
SERVERS = ("TEST_MONGODB_URL", "TEST_INFLUXDB_URL")
"""Servers that whoever runs the tests lends to them."""
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname")
CALLS = ("socket.connect", "socket.sendto", "socket.sendmsg")


_watched = False


def watch() -> None:
    """Begin, for the whole life of this process; what is noted goes to where ``NOTES`` points at that time."""
    global _watched
    if _watched or not os.environ.get(NOTES):
        return
    _watched, lent = True, _lent()

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event in LOOKUPS and not _is_known_name(given[0], lent):
            _note(f"{event} {given[0]!r}")
            raise socket.gaierror(socket.EAI_NONAME, f"tests ask nobody outside: {given[0]!r}")
        if event in CALLS and not _is_here(*given, lent=lent):
            _note(f"{event} {given[1]!r}")
            raise ConnectionRefusedError(f"tests ask nobody outside: {given[1]!r}")

    sys.addaudithook(hook)


def noted() -> list[str]:
    """The attempts since this was last asked."""
    with open(os.environ[NOTES], "r+", encoding="utf-8") as notes:
        lines = notes.read().splitlines()
        notes.truncate(0)
    return lines


def _note(attempt: str) -> None:
    with open(os.environ[NOTES], "a", encoding="utf-8") as notes:
        notes.write(f"{attempt} by {' '.join(sys.argv[:3])[:200]!r}\n")


def _is_here(sock: socket.socket, address: Any, lent: frozenset[str]) -> bool:
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return True  # no network, or one that was connected before
    return _is_loopback(address[0]) or _is_name_of_this_machine(address[0]) or address[0] in lent


def _is_known_name(host: Any, lent: frozenset[str]) -> bool:
    """Whether no name server is asked: numbers are judged when they are connected to."""
    return _is_name_of_this_machine(host) or _is_number(host) or host in lent


def _is_name_of_this_machine(host: Any) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return name in (None, "", "localhost", "ip6-localhost", socket.gethostname())


def _is_loopback(host: Any) -> bool:
    try:
        number = ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None) or number
    return mapped.is_loopback or mapped.is_unspecified


def _is_number(host: Any) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        try:
            socket.inet_aton(name)
        except (OSError, UnicodeError):
            return False
    return True


def _lent() -> frozenset[str]:
    """Names and addresses of the servers that are lent."""
    places = [place for name in SERVERS for place in urlsplit(os.environ.get(name, "")).netloc.split(",") if place]
    names = {urlsplit(f"//{place}").hostname or "" for place in places}
    found = {str(info[4][0]) for name in names for info in socket.getaddrinfo(name, None)}
    return frozenset(names | found)
