"""Conflicts from the command line: what sources disagree about, and deciding it."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from discovery_app.cli.operator import scope_by_names
from discovery_app.cli.terminal import prepared_database, say, tell, tell_json
from discovery_app.database import unit_of_work
from discovery_app.domain.inventory import MOST_ROWS
from discovery_app.services.conflicts import ConflictFilter, ConflictService

Client = Annotated[str, typer.Option(help="Name of the client account.")]
Engagement = Annotated[str, typer.Option(help="Name of the engagement.")]
Field = Annotated[str, typer.Option(help="Only this field, e.g. memory_mb.")]

app = typer.Typer(no_args_is_help=True, help="What sources disagree about.")


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this file to ``root``."""
    root.add_typer(app, name="conflicts")


@app.command("list")
def list_conflicts(
    client: Client,
    engagement: Engagement,
    field: Field = "",
    source: Annotated[str, typer.Option(help="Only where it is a side.")] = "",
    search: Annotated[str, typer.Option(help="Part of an asset's name.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one JSON list.")
    ] = False,
) -> None:
    """Tell the open conflicts, by field and asset name."""
    chosen = ConflictFilter(field, source, search)
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            service = ConflictService(session)
            total = service.count(scope, chosen)
            found = service.page(scope, chosen, limit=MOST_ROWS)
    if as_json:
        tell_json([asdict(one) for one in found])
    else:
        for one in found:
            tell(
                f"{one.conflict_id} {one.asset_name} {one.field}: "
                f"“{one.kept}” ({one.kept_source}) stands, "
                f"“{one.offered}” ({one.offered_source}) is offered; {one.rule}"
            )
    say(f"{len(found):,} of {total:,} open conflicts.")


@app.command()
def decide(
    conflict_id: UUID,
    client: Client,
    engagement: Engagement,
    keep: Annotated[
        bool,
        typer.Option("--keep/--take", help="What stands, or what is offered."),
    ],
) -> None:
    """Decide one conflict; later imports do not ask it again."""
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            ConflictService(session).resolve(scope, conflict_id, keep=keep)
    tell("Decided; the same value is not offered again.")


@app.command("decide-source")
def decide_source(
    source: str,
    client: Client,
    engagement: Engagement,
    field: Field = "",
    confirm: Annotated[
        int | None, typer.Option(help="Do it, if exactly so many are open.")
    ] = None,
) -> None:
    """Decide every conflict that SOURCE is a side of for what it says."""
    with prepared_database():
        scope = scope_by_names(client, engagement)
        with unit_of_work(scope) as session:
            service = ConflictService(session)
            if confirm is None:
                number = service.count(scope, ConflictFilter(field, source))
                say(f"{number:,} are open; add --confirm {number} to decide them.")
                return
            done = service.resolve_by_source(
                scope, source, field=field, expected=confirm
            )
    tell(f"{done:,} conflicts decided.")
