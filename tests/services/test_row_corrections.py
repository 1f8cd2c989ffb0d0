"""A person corrects cells: their rows are checked at once, every run reads them."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.corrections import CorrectionState, RowOutcome, RowPlace
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_issues import ImportIssueService
from discovery_app.services.row_corrections import RowCorrectionService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.api.calls import run_due
from tests.factories import make_scope, with_role
from tests.processes import look, start_discovery

FILE = b"""Server name,Operating system,Memory (MB),Admin password
web-01,Ubuntu 22.04,8192,x
,Debian 12,4096,y
web-03,Windows Server 2019,lots,z
"""
FIRST = RowPlace("servers.csv", "", 2)
NAMELESS = RowPlace("servers.csv", "", 3)
WRONG = RowPlace("servers.csv", "", 4)
NAME, MEMORY, SECRET = 0, 2, 3


class Import:
    """A finished import with a rejected row and a value that is no number.

    Its mapping was approved by a person, who is not asked again.
    """

    def __init__(self) -> None:
        self.scope = make_scope(Role.CONSULTANT)
        _, self.started = start_discovery(self.scope, {"servers.csv": FILE})
        self.workflow_id = self.started.workflow_id
        run_due()
        with unit_of_work(self.scope) as session:
            FieldMappingService(session).approve(
                self.scope, self.workflow_id, [], accept_best=True
            )
        run_due()

    def correct(self, place: RowPlace, cells: dict[int, str]) -> RowOutcome:
        """Correct cells of a row."""
        with unit_of_work(self.scope) as session:
            service = RowCorrectionService(session)
            return service.correct(self.scope, self.workflow_id, place, cells)

    def apply(self) -> None:
        """Apply what waits, and run the workflow until it rests."""
        with unit_of_work(self.scope) as session:
            RowCorrectionService(session).apply(
                self.scope, self.workflow_id, version=None
            )
        run_due()

    def undo(self, correction_id: UUID) -> None:
        """Take a correction back."""
        with unit_of_work(self.scope) as session:
            RowCorrectionService(session).undo(
                self.scope, self.workflow_id, correction_id
            )

    def listed(self):
        """Return every correction, the newest first."""
        with unit_of_work(self.scope) as session:
            service = RowCorrectionService(session)
            return service.listed(self.scope, self.workflow_id)

    def rules(self) -> set[tuple[str, int | None]]:
        """Return the rule and row of every issue."""
        with unit_of_work(self.scope) as session:
            service = ImportIssueService(session)
            found = service.page(self.scope, self.started.session_id)
        return {(one.rule, one.row) for one in found}

    def names(self) -> dict[str, UUID]:
        """Return the inventory's assets by name."""
        with unit_of_work(self.scope) as session:
            rows = session.connection().execute(
                sa.text("select asset_name, id from assets")
            )
            return dict(rows.all())

    def memory(self, name: str) -> int | None:
        """Return what the inventory says of an asset's memory."""
        with unit_of_work(self.scope) as session:
            return session.connection().scalar(
                sa.text("select memory_mb from assets where asset_name = :name"),
                {"name": name},
            )

    def accounting(self) -> dict[str, int]:
        """Return where the rows of the last run went."""
        view = look(self.scope, self.started)
        assert view.status == "completed"
        return view.state_data["database_integration"]["accounting"]


@pytest.fixture
def done(database) -> Import:
    return Import()


def test_a_row_shows_its_cells_and_problems_but_no_secrets(done: Import) -> None:
    with unit_of_work(done.scope) as session:
        row = RowCorrectionService(session).row(done.scope, done.workflow_id, NAMELESS)

    assert [(one.column, one.value, one.names) for one in row.cells] == [
        ("Server name", "", True),
        ("Operating system", "Debian 12", False),
        ("Memory (MB)", "4096", False),
    ]
    assert [one.rule for one in row.problems] == ["no_identity"]


def test_a_corrected_row_is_checked_at_once(done: Import) -> None:
    outcome = done.correct(NAMELESS, {NAME: "web-02"})

    assert outcome.verdict == "accepted"
    assert [(one.rule, one.state) for one in outcome.problems] == [
        ("no_identity", "fixed")
    ]
    assert ("no_identity", 3) in done.rules()


def test_what_is_still_wrong_is_said(done: Import) -> None:
    first = done.correct(WRONG, {MEMORY: "many"})
    outcome = done.correct(NAMELESS, {NAME: "  "})

    assert [one.state for one in first.problems] == ["left"]
    assert "many" in first.problems[0].message
    assert outcome.verdict == "rejected"


def test_applied_corrections_let_the_row_in_and_the_rows_still_add_up(
    done: Import,
) -> None:
    before = done.accounting()
    assets = done.names()
    done.correct(NAMELESS, {NAME: "web-02"})

    done.apply()

    assert before["rejected"] == 1
    assert done.accounting() == {
        "rows_in": 3,
        "created": 1,
        "updated": 0,
        "unchanged": 2,
        "excluded": 0,
        "rejected": 0,
    }
    assert done.names().items() >= assets.items()
    assert "web-02" in done.names()
    assert ("no_identity", 3) not in done.rules()
    assert [one.state for one in done.listed()] == [CorrectionState.APPLIED]


def test_a_corrected_name_renames_the_asset_instead_of_doubling_it(
    done: Import,
) -> None:
    before = done.names()
    done.correct(WRONG, {NAME: "web-33"})

    done.apply()

    after = done.names()
    assert after["web-33"] == before["web-03"]
    assert "web-03" not in after
    assert done.accounting()["updated"] == 1


def test_a_cell_corrected_to_empty_takes_its_value_out_of_the_inventory(
    done: Import,
) -> None:
    done.correct(FIRST, {MEMORY: ""})

    done.apply()

    assert done.memory("web-01") is None
    assert done.accounting()["updated"] == 1
    (told,) = done.listed()
    done.undo(told.correction_id)
    done.apply()
    assert done.memory("web-01") == 8192


def test_corrections_survive_another_run_of_the_phases(done: Import) -> None:
    done.correct(NAMELESS, {NAME: "web-02"})
    done.apply()
    admin = with_role(done.scope, Role.ADMIN)
    with unit_of_work(admin) as session:
        states = WorkflowStateService(session)
        version = states.get_workflow_state(admin, done.workflow_id).version
        states.rerun_from(
            admin,
            done.workflow_id,
            phase="data_source_analysis",
            reason="New rules",
            version=version,
        )

    run_due()

    assert done.accounting()["rejected"] == 0
    assert [one.state for one in done.listed()] == [CorrectionState.APPLIED]


def test_a_correction_taken_back_is_gone_after_the_next_run(done: Import) -> None:
    done.correct(NAMELESS, {NAME: "web-02"})
    done.apply()
    (made,) = done.listed()

    done.undo(made.correction_id)
    (leaving,) = done.listed()
    done.apply()

    (undone,) = done.listed()
    assert leaving.state is CorrectionState.LEAVING
    assert undone.state is CorrectionState.UNDONE
    assert undone.undone_by == done.scope.actor
    assert done.accounting()["rejected"] == 1
    assert "web-02" not in done.names()
    with pytest.raises(ConflictError):
        done.undo(made.correction_id)


def test_correcting_again_keeps_the_history_from_the_files_own_value(
    done: Import,
) -> None:
    done.correct(WRONG, {MEMORY: "many"})
    done.correct(WRONG, {MEMORY: "8192"})

    told = [(one.before, one.after, one.state) for one in done.listed()]

    assert sorted(told) == [
        ("lots", "8192", CorrectionState.WAITS),
        ("lots", "many", CorrectionState.UNDONE),
    ]


def test_the_files_own_value_takes_a_correction_back(done: Import) -> None:
    done.correct(WRONG, {MEMORY: "many"})
    done.correct(WRONG, {MEMORY: "lots"})

    assert [one.state for one in done.listed()] == [CorrectionState.UNDONE]
    with pytest.raises(InvalidInputError, match="No correction waits"):
        done.apply()


def test_wrong_cells_are_refused_with_a_sentence(done: Import) -> None:
    with pytest.raises(InvalidInputError, match="secrets"):
        done.correct(WRONG, {SECRET: "hunter2"})
    with pytest.raises(InvalidInputError, match="no such column"):
        done.correct(WRONG, {40: "x"})
    with pytest.raises(InvalidInputError, match="at most"):
        done.correct(WRONG, {NAME: "x" * 10_001})
    with pytest.raises(NotFoundError):
        done.correct(RowPlace("servers.csv", "", 99), {NAME: "x"})
    assert done.listed() == ()


def test_only_who_may_fix_corrects_and_only_their_own(done: Import) -> None:
    manager = with_role(done.scope, Role.MANAGER)
    stranger = make_scope(Role.CONSULTANT)

    with unit_of_work(manager) as session, pytest.raises(NotPermittedError):
        RowCorrectionService(session).correct(
            manager, done.workflow_id, WRONG, {NAME: "x"}
        )
    with unit_of_work(stranger) as session, pytest.raises(NotFoundError):
        RowCorrectionService(session).row(stranger, done.workflow_id, WRONG)
    with pytest.raises(NotFoundError):
        done.undo(uuid4())
