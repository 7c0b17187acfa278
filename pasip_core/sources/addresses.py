"""Which addresses the collector may ask: public ones, and what the operator lists."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pasip_core.domain.addresses import without_secrets
from pasip_core.errors import SettingError, SourceBadQuery

PORTS = frozenset({80, 443, 8000, 8008, 8080, 8443, 8888})
"""Ports on which web sites are served; anything else is more likely a service that should not be asked."""

LONGEST_URL = 4096
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Decides over addresses before DNS (``check_url``) and over socket addresses after it (``permits``).

    ``exceptions`` are ``host`` or ``host:port`` in lower case: they may be asked though they are private.
    """

    exceptions: frozenset[str] = frozenset()

    @classmethod
    def from_setting(cls, text: str) -> AddressPolicy:
        """Read ``PRIVATE_HOSTS_ALLOWED``: ``host`` or ``host:port``, comma-separated."""
        entries = [entry.strip().lower() for entry in text.split(",") if entry.strip()]
        for entry in entries:
            try:
                parts = urlsplit(f"//{entry}")
                good = bool(parts.hostname) and not parts.path and (parts.port is None or parts.port > 0)
            except ValueError:
                good = False
            if not good:
                raise SettingError(
                    f"PRIVATE_HOSTS_ALLOWED: {entry!r} cannot be used: write host or host:port.",
                    field="PRIVATE_HOSTS_ALLOWED",
                )
        return cls(frozenset(entries))

    def check_url(self, url: str) -> str:
        """The address without its fragment; ``SourceBadQuery`` where it may not be asked."""
        parts = _split(url)
        excepted = self.is_exception(parts.hostname or "", _port(parts))
        if _port(parts) not in PORTS and not excepted:
            raise SourceBadQuery(f"{shown_url(url)}: port {_port(parts)} is not asked.", url=shown_url(url))
        literal = _literal(parts.hostname or "")
        if literal and not excepted and not is_public(literal):
            raise refused_as_private(shown_url(url))
        return urlunsplit(parts._replace(fragment=""))

    def is_exception(self, host: str, port: int) -> bool:
        """Whether the operator allows this host and port by name."""
        host = host.lower().strip("[]")
        named = f"[{host}]" if ":" in host else host
        return named in self.exceptions or f"{named}:{port}" in self.exceptions

    def permits(self, host: str, port: int, socket_address: str) -> bool:
        """Whether a socket may be opened to ``socket_address``, which DNS gave for ``host``."""
        if self.is_exception(host, port):
            return True
        ip = _literal(socket_address)
        return ip is not None and is_public(ip)


def refused_as_private(shown: str) -> SourceBadQuery:
    """The error for an address (as it may be shown) or a host that is not of the open internet."""
    return SourceBadQuery(
        f"{shown}: private addresses are not asked (PRIVATE_HOSTS_ALLOWED lists exceptions).", url=shown
    )


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, the IPv4 address inside an IPv6 one included."""
    return all(
        part.is_global and not (part.is_multicast or part.is_reserved or getattr(part, "is_site_local", False))
        for part in _with_embedded(ip)
    )


def _with_embedded(ip: IPv4Address | IPv6Address) -> Iterable[IPv4Address | IPv6Address]:
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip in _NAT64:
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    if ip in _COMPATIBLE:
        return [ip, IPv4Address(int(ip) & 0xFFFFFFFF)]
    if ip.teredo:
        return [ip, *ip.teredo]
    return [ip, ip.sixtofour] if ip.sixtofour else [ip]


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """``host`` as an address where it is written as one; a zone such as ``%eth0`` does not matter."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _split(url: str) -> SplitResult:
    """The parts of a well-formed http(s) address."""
    if len(url) > LONGEST_URL or any(c.isspace() or ord(c) < 32 or c == "\\" for c in url):
        raise SourceBadQuery(f"{shown_url(url)}: not a web address.", url=shown_url(url))
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SourceBadQuery(f"{shown_url(url)}: not a web address.", url=shown_url(url)) from error
    if parts.scheme not in ("http", "https") or not host:
        raise SourceBadQuery(f"{shown_url(url)}: only http and https addresses are asked.", url=shown_url(url))
    if parts.username is not None or parts.password is not None:
        raise SourceBadQuery(f"{shown_url(url)}: an address with a user name is not asked.", url=shown_url(url))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{host_of(url)}"


def host_of(url: str) -> str:
    """Host and, where it is not the usual one, port: what shares one delay."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{host}:{parts.port}" if parts.port and parts.port != usual else host


def shown_url(url: str) -> str:
    """``url`` as it may appear in logs and errors: no user name, no query values (they can hold keys), and no piece
    of the path that looks like a key."""
    try:
        parts = urlsplit(without_secrets(url[:LONGEST_URL]))
        netloc = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(not an address)"
    query = "?…" if parts.query else ""
    text = f"{parts.scheme}://{netloc}{parts.path}" if netloc else parts.path
    return "".join(c if c.isprintable() else "�" for c in text[:300]) + query
