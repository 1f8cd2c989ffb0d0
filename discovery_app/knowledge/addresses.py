"""Host names, IP and MAC addresses as they stand in inventories."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

_MARKS: Final = re.compile(r"[\[\](){}\"',;|\s]+")
_HEX_ONLY: Final = re.compile(r"[^0-9a-f]")
_MAC_FORM: Final = re.compile(r"^[0-9a-f]{2}([:.-]?[0-9a-f]{2}){5}$")
_OCTETS: Final = re.compile(r"^\d{1,3}(\.\d{1,3}){3}$", re.ASCII)
"""Perhaps filled up with zeros, so that texts sort as addresses."""

_EMPTY_MACS: Final = frozenset({"000000000000", "ffffffffffff"})


@dataclass(frozen=True)
class Addresses:
    """The addresses of one cell, in order.

    Attributes:
        wrong: Parts of the cell that are no address of a machine.
    """

    good: tuple[str, ...]
    wrong: tuple[str, ...] = ()


def _address(part: str) -> IPv4Address | IPv6Address | None:
    """Read one address; a prefix length (``/24``) and a zone (``%eth0``) go."""
    bare = part.split("/", 1)[0].split("%", 1)[0]
    if _OCTETS.match(bare):
        bare = ".".join(str(int(octet)) for octet in bare.split("."))
    try:
        return ip_address(bare)
    except ValueError:
        return None


def ip_addresses(text: str) -> Addresses:
    """Return the IP addresses of a cell such as ``[10.0.0.4,fe80::1];``.

    Unspecified and loopback addresses (``0.0.0.0``, ``::1``) say nothing of a
    machine and count as wrong.
    """
    good: list[str] = []
    wrong: list[str] = []
    for part in filter(None, _MARKS.split(text)):
        found = _address(part)
        if found is None or found.is_unspecified or found.is_loopback:
            wrong.append(part)
        else:
            good.append(str(found))
    return Addresses(tuple(dict.fromkeys(good)), tuple(wrong))


def mac_addresses(text: str) -> Addresses:
    """Return the MAC addresses of a cell as ``aa:bb:cc:dd:ee:ff``."""
    good: list[str] = []
    wrong: list[str] = []
    for part in filter(None, _MARKS.split(text)):
        lowered = part.lower()
        digits = _HEX_ONLY.sub("", lowered)
        if not _MAC_FORM.match(lowered) or digits in _EMPTY_MACS:
            wrong.append(part)
        else:
            good.append(":".join(digits[at : at + 2] for at in range(0, 12, 2)))
    return Addresses(tuple(dict.fromkeys(good)), tuple(wrong))
