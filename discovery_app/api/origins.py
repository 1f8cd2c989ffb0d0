"""Which requests a browser may send with the cookie: those of our own pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from discovery_app.config import settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Return whether one of our own pages sent a request with these headers.

    ``Origin`` decides where it stands: every browser sends it with an unsafe request.
    ``Sec-Fetch-Site`` decides where it does not. With neither, nothing shows that it
    was our page.
    """
    origin = headers.get("origin")
    if origin is not None:
        place = urlsplit(origin).netloc
        return bool(place) and place in (
            headers.get("host"),
            urlsplit(settings().address).netloc,
        )
    return headers.get("sec-fetch-site") == "same-origin"


def is_cross_site(headers: Mapping[str, str]) -> bool:
    """Return whether the headers show that another site's page sent the request.

    For the routes that need no cookie; a program sends neither header.
    """
    says = "origin" in headers or "sec-fetch-site" in headers
    return says and not is_own_page(headers)
