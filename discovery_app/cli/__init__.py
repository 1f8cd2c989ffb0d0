"""The command line: ``python -m discovery_app …`` (CONTRACTS.md).

Exit status: 0 completed or done, 3 waits for approval, 1 failed or refused, 2 wrong
usage. Progress and sentences go to standard error, results to standard output.
"""

import logging
import sys
from typing import Final

import typer

from discovery_app.cli import (
    conflicts,
    corrections,
    demo,
    discover,
    export,
    knowledge,
    operate,
    people,
    serve,
)
from discovery_app.cli.terminal import say
from discovery_app.errors import DiscoveryError
from discovery_app.logs import write_log

FAILED: Final = 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Discovery dashboard: from inventory exports to an assessed inventory.",
)
for module in (
    serve,
    discover,
    operate,
    corrections,
    conflicts,
    knowledge,
    export,
    demo,
):
    module.add_commands(app)
app.add_typer(people.app, name="user")


def main() -> None:
    """Run one command; every expected error is one sentence and status 1."""
    try:
        write_log(logging.WARNING)  # Processes that serve say more.
        app()
    except DiscoveryError as error:
        say(str(error))
        sys.exit(FAILED)
