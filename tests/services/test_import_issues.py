"""Issues are all kept, grouped by rule, and never doubled by a second try."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.issues import Issue, Severity
from discovery_app.phases.base import issue_frame
from discovery_app.services.import_issues import ImportIssueService, IssueFilter
from tests.conftest import TestDatabase
from tests.services.inventory import Estate


def issue(rule: str, severity: Severity, row: int | None, **more: str) -> Issue:
    told = {"column": "CPU", "value": "four", "message": f"{rule}.", "fix": "Fix it."}
    told |= more
    return Issue(file="a.csv", sheet="", row=row, rule=rule, severity=severity, **told)


ISSUES = [
    issue("not_a_number", Severity.WARNING, 2),
    issue("not_a_number", Severity.WARNING, 9, value="=1+1"),
    issue("no_identity", Severity.ERROR, 4, column="", value=""),
    issue("ragged_row", Severity.ERROR, 4, column=""),
    issue("ragged_row", Severity.ERROR, 7, column=""),
    issue("template", Severity.INFO, 5, column="Template"),
]


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def stored(estate: Estate, issues: list[Issue] = ISSUES):
    session_id = estate.upload()
    keep(estate, session_id, issues)
    return session_id


def keep(estate: Estate, session_id, issues: list[Issue], phase="data_validation"):
    with unit_of_work(estate.scope) as session:
        return ImportIssueService(session).store(
            estate.scope, session_id, phase, issue_frame(issues)
        )


def test_lists_errors_first_and_in_the_order_they_were_found(estate: Estate) -> None:
    session_id = stored(estate)

    with unit_of_work(estate.scope) as session:
        found = ImportIssueService(session).page(estate.scope, session_id)

    assert [(one.severity, one.rule, one.row) for one in found] == [
        ("error", "no_identity", 4),
        ("error", "ragged_row", 4),
        ("error", "ragged_row", 7),
        ("warning", "not_a_number", 2),
        ("warning", "not_a_number", 9),
        ("info", "template", 5),
    ]
    assert found[4].value == "=1+1"


def test_groups_by_rule_with_a_count_and_the_first_example(estate: Estate) -> None:
    session_id = stored(estate)

    with unit_of_work(estate.scope) as session:
        service = ImportIssueService(session)
        groups = service.groups(estate.scope, session_id)
        severities = service.by_severity(estate.scope, session_id)

    assert [(g.rule, g.count, g.example.row) for g in groups] == [
        ("ragged_row", 2, 4),
        ("no_identity", 1, 4),
        ("not_a_number", 2, 2),
        ("template", 1, 5),
    ]
    assert [(s.word, s.count) for s in severities] == [
        ("error", 3),
        ("warning", 2),
        ("info", 1),
    ]


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        (IssueFilter(severities=("warning",)), [2, 9]),
        (IssueFilter(columns=("Template",)), [5]),
        (IssueFilter(rules=("ragged_row",), row=7), [7]),
        (IssueFilter(search="=1+"), [9]),
        (IssueFilter(phases=("data_cleansing",)), []),
        (IssueFilter(file="b.csv"), []),
    ],
)
def test_lists_the_issues_asked_for(
    estate: Estate, chosen: IssueFilter, rows: list[int]
) -> None:
    session_id = stored(estate)

    with unit_of_work(estate.scope) as session:
        service = ImportIssueService(session)
        found = service.page(estate.scope, session_id, chosen)
        number = service.count(estate.scope, session_id, chosen)

    assert [one.row for one in found] == rows
    assert number == len(rows)


def test_a_second_run_of_a_phase_replaces_what_it_found(estate: Estate) -> None:
    session_id = stored(estate)
    keep(estate, session_id, ISSUES[:1], phase="data_cleansing")

    keep(estate, session_id, ISSUES[:2])

    with unit_of_work(estate.scope) as session:
        service = ImportIssueService(session)
        assert service.count(estate.scope, session_id) == 3
        assert service.columns(estate.scope, session_id) == ("CPU",)


def test_a_rejected_row_comes_with_all_its_reasons(estate: Estate) -> None:
    session_id = stored(estate)

    with unit_of_work(estate.scope) as session:
        rejected = ImportIssueService(session).rejected_rows(estate.scope, session_id)

    assert [(one.row, one.rules) for one in rejected] == [
        (4, ("no_identity", "ragged_row"))
    ]


def test_two_phases_can_be_stored_in_one_transaction(estate: Estate) -> None:
    session_id = estate.upload()

    with unit_of_work(estate.scope) as session:
        service = ImportIssueService(session)
        for phase in ("data_validation", "data_cleansing", "data_validation"):
            service.store(estate.scope, session_id, phase, issue_frame(ISSUES))
        kept = service.count(estate.scope, session_id)

    assert kept == 2 * len(ISSUES)
