"""``export``: an engagement's results as a file."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from discovery_app.cli.operator import scope_by_names
from discovery_app.cli.terminal import prepared_database, say
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.knowledge.tool_formats import ExportTool
from discovery_app.services.export_rows import ExportWhat
from discovery_app.services.exports import ExportFormat, ExportService
from discovery_app.services.tool_exports import ToolExportService


class Wanted(StrEnum):
    """What people export for themselves, and the tools a file is written for."""

    ASSETS = ExportWhat.ASSETS
    MAPPINGS = ExportWhat.MAPPINGS
    ISSUES = ExportWhat.ISSUES
    DEPENDENCIES = ExportWhat.DEPENDENCIES
    FINDINGS = ExportWhat.FINDINGS
    DECISIONS = ExportWhat.DECISIONS
    PLAN = ExportWhat.PLAN
    AWS_ADS = ExportTool.AWS_ADS
    AWS_MGN = ExportTool.AWS_MGN
    AWS_MIGRATION_FACTORY = ExportTool.AWS_MIGRATION_FACTORY
    AZURE_MIGRATE = ExportTool.AZURE_MIGRATE
    GOOGLE = ExportTool.GOOGLE
    KONVEYOR = ExportTool.KONVEYOR


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(export)


def export(
    client: Annotated[str, typer.Option(help="Name of the client account.")],
    engagement: Annotated[str, typer.Option(help="Name of the engagement.")],
    what: Annotated[
        Wanted, typer.Option(help="What to write, or the tool that will import it.")
    ],
    file_format: Annotated[
        ExportFormat, typer.Option("--format", help="How to write it.")
    ] = ExportFormat.CSV,
    output: Annotated[
        Path | None, typer.Option(help="Where to; default standard output.")
    ] = None,
) -> None:
    """Write an engagement's results, or a file that a migration tool imports.

    Files for tools are CSV (Google's a ZIP of two) whatever the format says.
    """
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            chunks = _chunks(session, scope, what.value, file_format)
            if output is None:
                for chunk in chunks:
                    sys.stdout.buffer.write(chunk)
            else:
                with output.open("wb") as target:
                    target.writelines(chunks)
    if output is not None:
        say(f"Written to {output}.")


def _chunks(
    session: Session, scope: Scope, what: str, file_format: ExportFormat
) -> Iterable[bytes]:
    if what not in list(ExportTool):
        return ExportService(session).export(scope, what, file_format)
    written = ToolExportService(session).export(scope, what)
    for warning in written.warnings:
        say(warning)
    return [written.content]
