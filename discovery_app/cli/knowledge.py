"""``end-of-life load|list|withdraw`` and ``evaluate``: what verdicts stand on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from discovery_app.cli.asked_work import do_asked
from discovery_app.cli.operator import everywhere, scope_by_names
from discovery_app.cli.terminal import prepared_database, tell
from discovery_app.database import unit_of_work
from discovery_app.domain.words import counted
from discovery_app.errors import InvalidInputError
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.evaluations import EvaluationService

Reason = Annotated[str, typer.Option(help="Why; kept in the audit log.")]

app = typer.Typer(no_args_is_help=True, help="The data that support is judged by.")


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this file to ``root``."""
    root.add_typer(app, name="end-of-life")
    root.command()(evaluate)


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="JSON of endoflife.date, or CSV.")],
    day: Annotated[
        datetime,
        typer.Option("--date", formats=["%Y-%m-%d"], help="When it was taken."),
    ],
    reason: Reason,
    source: Annotated[str, typer.Option(help="Who says so.")] = "endoflife.date",
) -> None:
    """Let later verdicts stand on newer data; what it lacks, older data tells."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}.") from error
    scope = everywhere(reason)
    with prepared_database(), unit_of_work(scope) as session:
        loaded = EndOfLifeDataService(session).load(
            scope,
            content,
            file_name=file.name,
            source=source,
            data_date=day.date(),
            reason=reason,
        )
    tell(
        f"{loaded.version_id}\t{counted(loaded.products, 'product')}, "
        f"{counted(loaded.cycles, 'cycle')} of {loaded.source}, "
        f"{loaded.data_date}. Evaluate engagements again to see it."
    )


@app.command("list")
def list_all() -> None:
    """List the data that was loaded, the newest first."""
    with prepared_database(), unit_of_work(everywhere("list data")) as session:
        service = EndOfLifeDataService(session)
        tell(f"In use: {service.current().version}, over what is older.")
        for one in service.versions():
            state = "in use" if one.in_use else f"withdrawn by {one.withdrawn_by}"
            tell(f"{one.version_id}\t{one.data_date}\t{one.source}\t{state}")


@app.command("withdraw")
def withdraw(version_id: UUID, reason: Reason) -> None:
    """Let later verdicts no longer stand on a version."""
    scope = everywhere(reason)
    with prepared_database(), unit_of_work(scope) as session:
        EndOfLifeDataService(session).withdraw(scope, version_id, reason)
    tell(f"Later verdicts no longer stand on {version_id}.")


def evaluate(
    client: Annotated[str, typer.Option(help="Name of the client account.")],
    engagement: Annotated[str, typer.Option(help="Name of the engagement.")],
    reason: Reason,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Default the database's today."),
    ] = None,
) -> None:
    """Judge an engagement's inventory again; what people decided stays."""
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            EvaluationService(session).ask(
                scope, as_of.date() if as_of else None, reason
            )
        do_asked(scope)
        with unit_of_work(scope) as session:
            last = EvaluationService(session).view(scope).last
    if last is None or last.problem:
        raise InvalidInputError(last.problem if last else "Nobody asked.")
    tell(last.outcome)
