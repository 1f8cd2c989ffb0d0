"""Correcting an import from the command line: its rows, how it is read, taking it back.

Each act shows first what it would do; ``--confirm`` does it.
"""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from discovery_app.cli.operator import scope_of_workflow
from discovery_app.cli.terminal import prepared_database, say, tell, tell_json
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.change_lines import UndoWords, replaced_words, undo_words
from discovery_app.domain.corrections import RowContent, RowOutcome, RowPlace
from discovery_app.domain.import_changes import UndoPreview
from discovery_app.domain.inventory import MOST_ROWS
from discovery_app.domain.uploads import ReadAs, Reading
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.reading_corrections import ReadingCorrectionService
from discovery_app.services.row_corrections import RowCorrectionService
from discovery_app.services.workflow_undo import WorkflowUndoService

Reason = Annotated[str, typer.Option(help="Why; kept in the audit log.")]
Confirm = Annotated[
    bool, typer.Option("--confirm", help="Do it; otherwise only say what it does.")
]
FileName = Annotated[str, typer.Option("--file", help="The file, by its name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON list.")]

app = typer.Typer(no_args_is_help=True, help="Correct cells of an import's rows.")


def add_commands(root: typer.Typer) -> None:
    """Add the commands of this file to ``root``."""
    root.add_typer(app, name="corrections")
    root.command()(undo)
    root.command()(reread)


@app.command("list")
def list_corrections(workflow_id: UUID, as_json: AsJson = False) -> None:
    """Tell the newest corrections of an import, and whether a run has read them."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            service = RowCorrectionService(session)
            found = service.listed(scope, workflow_id, limit=MOST_ROWS)
    if as_json:
        tell_json([asdict(one) for one in found])
        return
    for one in found:
        place = f"{one.file} {one.sheet} row {one.row} {one.column}"
        tell(
            f"{one.correction_id} {one.state.value}: {place}: "
            f"“{one.before}” → “{one.after}” ({one.made_by})"
        )


@app.command("set")
def set_cells(
    workflow_id: UUID,
    file: FileName,
    row: Annotated[int, typer.Option(help="As the spreadsheet numbers it.")],
    cells: Annotated[
        list[str],
        typer.Option("--set", metavar="COLUMN=VALUE", help="An empty value empties."),
    ],
    sheet: Annotated[str, typer.Option(help="Of a workbook.")] = "",
) -> None:
    """Correct cells of one row, and say what is still wrong with it."""
    place = RowPlace(file, sheet, row)
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            service = RowCorrectionService(session)
            content = service.row(scope, workflow_id, place)
            given = dict(_cell(content, one) for one in cells)
            outcome = service.correct(scope, workflow_id, place, given)
    _say_outcome(outcome)
    tell("Kept; the inventory changes once the corrections are applied.")


@app.command("undo")
def undo_correction(workflow_id: UUID, correction_id: UUID) -> None:
    """Take one correction back; the next run reads what the file says."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            RowCorrectionService(session).undo(scope, workflow_id, correction_id)
    tell("Taken back; the inventory changes once the corrections are applied.")


@app.command("apply")
def apply_corrections(workflow_id: UUID, confirm: Confirm = False) -> None:
    """Run the workflow again from its validation with the corrections."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        seen = _preview(scope, workflow_id)
        if confirm:
            with unit_of_work(scope) as session:
                service = RowCorrectionService(session)
                service.apply(scope, workflow_id, version=None)
    _close(replaced_words(seen), f"Workflow {workflow_id} runs again.", confirm)


def undo(workflow_id: UUID, reason: Reason = "", confirm: Confirm = False) -> None:
    """Take an import back, as far as no other import has touched its assets."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        seen = _preview(scope, workflow_id)
        if confirm:
            with unit_of_work(scope) as session:
                seen = WorkflowUndoService(session).undo(
                    scope, workflow_id, reason=reason, version=None
                )
    done = (
        f"Taken back: {seen.removed:,} removed, {seen.restored:,} restored, "
        f"{seen.kept:,} kept."
    )
    _close(undo_words(seen), done, confirm)


def reread(
    workflow_id: UUID,
    file: FileName,
    sheet: str = "",
    header_row: str = "",
    delimiter: str = "",
    encoding: str = "",
    source: str = "",
    reason: Reason = "",
    confirm: Confirm = False,
) -> None:
    """Read a file another way and start over, after a look at what that changes."""
    wanted = asdict(ReadAs(sheet, header_row, delimiter, encoding, source))
    service = ReadingCorrectionService()
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        reading = service.reading(scope, workflow_id)
        file_id = _file_id(reading, file)
        shown = service.preview(scope, workflow_id, file_id, wanted)
        seen = _preview(scope, workflow_id)
        if confirm:
            service.start_over(
                scope,
                workflow_id,
                {file_id: wanted},
                reason=reason,
                version=reading.version,
            )
    say(f"Columns: {', '.join(shown.columns)}")
    _close(replaced_words(seen), f"Workflow {workflow_id} starts over.", confirm)


def _preview(scope: Scope, workflow_id: UUID) -> UndoPreview:
    with unit_of_work(scope) as session:
        return WorkflowUndoService(session).preview(scope, workflow_id)


def _close(words: UndoWords, done: str, confirmed: bool) -> None:
    """Say what an act does, and whether it was done."""
    for line in (*words.does, words.kept):
        if line:
            say(line)
    if confirmed:
        tell(done)
    else:
        say("Nothing was changed; add --confirm (and --reason) to do it.")


def _say_outcome(outcome: RowOutcome) -> None:
    for one in outcome.problems:
        say(f"{one.state}: {one.message} {one.fix if one.state != 'fixed' else ''}")
    if outcome.verdict:
        say(f"The row is {outcome.verdict} now.")


def _cell(content: RowContent, given: str) -> tuple[int, str]:
    """Return position and text of ``COLUMN=VALUE``.

    Raises:
        InvalidInputError: It is no such pair, or the row has no such column.
    """
    column, equals, value = given.partition("=")
    if not equals:
        raise InvalidInputError(f"Write {given} as COLUMN=VALUE.")
    places = [one.position for one in content.cells if one.column == column]
    if len(places) != 1:
        known = ", ".join(one.column for one in content.cells)
        raise InvalidInputError(
            f"The row has {len(places)} columns called {column}; it has {known}."
        )
    return places[0], value


def _file_id(reading: Reading, name: str) -> UUID:
    for one in reading.files:
        if one.name == name:
            return UUID(one.file_id)
    raise NotFoundError("file", name)
