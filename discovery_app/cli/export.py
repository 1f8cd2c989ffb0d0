"""``export``: an engagement's results as a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from discovery_app.cli.operator import scope_by_names
from discovery_app.cli.terminal import prepared_database, say
from discovery_app.database import unit_of_work
from discovery_app.services.export_rows import ExportWhat
from discovery_app.services.exports import ExportFormat, ExportService


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(export)


def export(
    client: Annotated[str, typer.Option(help="Name of the client account.")],
    engagement: Annotated[str, typer.Option(help="Name of the engagement.")],
    what: Annotated[ExportWhat, typer.Option(help="What to write.")],
    file_format: Annotated[
        ExportFormat, typer.Option("--format", help="How to write it.")
    ] = ExportFormat.CSV,
    output: Annotated[
        Path | None, typer.Option(help="Where to; default standard output.")
    ] = None,
) -> None:
    """Write assets, mappings, issues, dependencies, findings or decisions."""
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            chunks = ExportService(session).export(scope, what, file_format)
            if output is None:
                for chunk in chunks:
                    sys.stdout.buffer.write(chunk)
            else:
                with output.open("wb") as target:
                    target.writelines(chunks)
    if output is not None:
        say(f"Written to {output}.")
