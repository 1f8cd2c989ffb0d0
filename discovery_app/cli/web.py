"""The web process that ``serve`` starts: ``python -m discovery_app.cli.web``.

It ends with its parent, so that a killed ``serve`` leaves the port free.
"""

import argparse

import uvicorn

from discovery_app.config import settings
from discovery_app.jobs.parents import end_with_parent

_GRACE_SECONDS = 3
"""How long open tabs may hold up a stop; they come back by themselves."""


def main() -> None:
    """Serve the built pages and the API until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, default=0)
    given = parser.parse_args()
    server = uvicorn.Server(
        uvicorn.Config(
            "discovery_app.discovery_app:app",
            factory=True,
            host="0.0.0.0",  # noqa: S104  Whoever serves others sets up a proxy.
            port=settings().port,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            log_level="warning",
        )
    )
    if given.parent:
        end_with_parent(given.parent)
    server.run()


if __name__ == "__main__":
    main()
