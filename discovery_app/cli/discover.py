"""``discover`` and ``approve``: one workflow from the command line."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from discovery_app.cli.asked_work import do_asked, runner_name
from discovery_app.cli.operator import scope_by_names, scope_of_upload
from discovery_app.cli.terminal import prepared_database, say, tell
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.discovery_flow_state import ApproveMode, WorkflowOptions
from discovery_app.domain.workflow import FINISHED, WorkflowStatus, WorkflowView
from discovery_app.errors import (
    DiscoveryError,
    FileRefusedError,
    InvalidInputError,
)
from discovery_app.jobs.runner import Runner
from discovery_app.phases import load_phase
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartedDiscovery,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.mapping_decisions import decisions_of
from discovery_app.services.workers import this_process
from discovery_app.services.workflow_reports import (
    WorkflowReport,
    WorkflowReportService,
    refusal,
)
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import read_chunks

EXIT_STATUS: Final = {
    WorkflowStatus.COMPLETED: 0,
    WorkflowStatus.WAITING_FOR_APPROVAL: 3,
}
_LOOK_SECONDS: Final = 0.3


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(discover)
    app.command()(approve)


def discover(
    files: Annotated[list[Path], typer.Argument(help="Files that belong together.")],
    client: Annotated[str, typer.Option(help="Name of the client account.")],
    engagement: Annotated[str, typer.Option(help="Name of the engagement.")],
    create: Annotated[
        bool, typer.Option("--create", help="Make client and engagement if missing.")
    ] = False,
    approve: Annotated[
        ApproveMode,
        typer.Option(help="Wait, approve the sure columns, or take all the best."),
    ] = ApproveMode.NONE,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date of end-of-life verdicts."),
    ] = None,
    corrects: Annotated[
        UUID | None,
        typer.Option(help="The upload whose rejected rows FILES bring again."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one JSON object.")
    ] = False,
) -> None:
    """Turn FILES into inventory and say what became of each row."""
    try:
        with prepared_database():
            scope = scope_by_names(client, engagement, create=create)
            day = as_of.date() if as_of else None
            request = StartRequest(
                as_of=day, options=WorkflowOptions(approve=approve), corrects=corrects
            )
            report = _discover(scope, files, request)
    except DiscoveryError as error:
        report = refusal(str(error), _rule(error), _file(error))
    _finish(report, as_json=as_json)


def approve(
    session_id: UUID,
    take_all: Annotated[
        bool, typer.Option("--all", help="Take the best candidate of each column.")
    ] = False,
    decided: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="COLUMN=FIELD",
            help="Decide one column; FIELD:UNIT says its unit.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one JSON object.")
    ] = False,
) -> None:
    """Decide the columns of an import that waits, and run it to its end."""
    with prepared_database():
        scope = scope_of_upload(session_id)
        workflow_id = _view_of_session(scope, session_id).workflow_id
        mappings, units = _parse(decided or [])
        _approve(scope, workflow_id, mappings, units, best=take_all)
        runner = Runner(runner_name(), only=workflow_id)
        runner.start()
        with _handed_back_at_the_end(runner):
            _follow(scope, workflow_id)
        do_asked(scope)
        report = _report(scope, workflow_id)
    _finish(report, as_json=as_json)


def _discover(scope: Scope, files: list[Path], request: StartRequest) -> WorkflowReport:
    name = runner_name()
    owned = replace(request, owner=this_process(name).owner)
    started = _start(scope, files, owned)
    runner = Runner(name, only=started.workflow_id)
    runner.start(started.lease)
    with _handed_back_at_the_end(runner):
        _follow(scope, started.workflow_id)
    do_asked(scope)
    return _report(scope, started.workflow_id)


def _start(scope: Scope, paths: list[Path], request: StartRequest) -> StartedDiscovery:
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope, [_open(path) for path in paths], request
    )
    if started.same_content_as is not None:
        say(f"These bytes were imported before, as {started.same_content_as}.")
    return started


def _open(path: Path) -> UploadedFile:
    if not path.is_file():
        raise FileRefusedError(path.name, "no_file", "there is no such file here.")
    return UploadedFile(path.name, read_chunks(path.open("rb")))


def _report(scope: Scope, workflow_id: UUID) -> WorkflowReport:
    """Return what became of the workflow; a failure is the first of its issues."""
    with unit_of_work(scope) as session:
        detail = WorkflowReportService(session).detail(scope, workflow_id)
    if detail.error is None:
        return detail
    why = refusal(detail.error.message, detail.error.error_type, detail.title)
    return detail.model_copy(update={"issues": [*why.issues, *detail.issues]})


@contextmanager
def _handed_back_at_the_end(runner: Runner) -> Iterator[None]:
    """Hand the workflow back on Ctrl-C, SIGTERM or any error; a runner goes on."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        say("Handing the workflow back; a runner goes on with it.")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        runner.leave()


def _follow(scope: Scope, workflow_id: UUID) -> None:
    """Draw progress until the workflow waits or is finished."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        line = bar.add_task("Starting", total=100)
        while True:
            view = _view(scope, workflow_id)
            words = f"{load_phase(view.current_phase).title}: {_message(view)}"
            bar.update(line, completed=view.progress_percentage, description=words)
            if _is_at_rest(view):
                return
            time.sleep(_LOOK_SECONDS)


def _message(view: WorkflowView) -> str:
    running = [one.message for one in view.phases if one.status == "running"]
    return running[-1] if running else view.status.replace("_", " ")


def _is_at_rest(view: WorkflowView) -> bool:
    resting = {WorkflowStatus.WAITING_FOR_APPROVAL, WorkflowStatus.PAUSED}
    return WorkflowStatus(view.status) in FINISHED | resting


def _view(scope: Scope, workflow_id: UUID) -> WorkflowView:
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).get_workflow_state(scope, workflow_id)


def _view_of_session(scope: Scope, session_id: UUID) -> WorkflowView:
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).get_workflow_state_by_session_id(
            scope, session_id
        )


def _approve(
    scope: Scope,
    workflow_id: UUID,
    mappings: dict[str, str | None],
    units: dict[str, str],
    *,
    best: bool,
) -> None:
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, workflow_id, decisions_of(mappings, units), accept_best=best
        )


def _parse(decided: list[str]) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the field by column, and the unit by column where one is said."""
    mappings: dict[str, str | None] = {}
    units: dict[str, str] = {}
    for one in decided:
        column, sign, field = one.rpartition("=")
        if not sign or not column:
            raise InvalidInputError(f"Write --set COLUMN=FIELD, not {one}.")
        target, _, unit = field.partition(":")
        mappings[column] = target or None
        if unit:
            units[column] = unit
    return mappings, units


def _finish(report: WorkflowReport, *, as_json: bool) -> None:
    if as_json:
        fields = set(WorkflowReport.model_fields)
        tell(report.model_dump_json(include=fields))
    else:
        _describe(report)
    known = set(WorkflowStatus)
    status = WorkflowStatus(report.status) if report.status in known else None
    raise typer.Exit(EXIT_STATUS.get(status, 1) if status else 1)


def _describe(report: WorkflowReport) -> None:
    tell(f"{report.status.replace('_', ' ').capitalize()}.")
    if report.session_id:
        tell(f"Data import session {report.session_id}")
    if report.status == WorkflowStatus.COMPLETED:
        tell(_equation(report))
    if report.status == WorkflowStatus.WAITING_FOR_APPROVAL:
        say(f"Decide its columns: approve {report.session_id} --set COLUMN=FIELD")
    worst = [issue for issue in report.issues if issue.severity == "error"]
    for issue in worst[:20]:
        named = issue.message.startswith(issue.file)
        where = "" if named or not issue.file else f"{issue.file}: "
        say(f"{where}{issue.message} {issue.fix}")


def _equation(report: WorkflowReport) -> str:
    rows = report.accounting
    return (
        f"{rows.rows_in} rows in = {rows.created} created + {rows.updated} updated + "
        f"{rows.unchanged} unchanged + {rows.excluded} excluded + {rows.rejected} "
        "rejected"
    )


def _rule(error: DiscoveryError) -> str:
    return error.rule if isinstance(error, FileRefusedError) else error.code


def _file(error: DiscoveryError) -> str:
    return error.file_name if isinstance(error, FileRefusedError) else ""
