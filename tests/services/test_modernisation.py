"""Findings carry one date, and a person's decision outlives the rules'."""

from datetime import date
from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.errors import InvalidInputError, NotFoundError, NotPermittedError
from discovery_app.services.decision_overrides import DecisionOverrideService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import DecisionFilter, FindingFilter
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

FOUND = candidates(
    {"asset_name": "old", "key_fqdn": "old"},
    {"asset_name": "paid", "key_fqdn": "paid", "in_scope": False},
    {"asset_name": "odd", "key_fqdn": "odd"},
)
FINDINGS = [
    {"record": 0, "raw": "CentOS 7", "product": "centos", "cycle": "7"}
    | {"state": "eol", "eol_date": date(2024, 6, 30), "confidence": 0.9},
    {"record": 1, "raw": "Windows Server 2016", "product": "windows-server"}
    | {"state": "extended_only", "eol_date": date(2022, 1, 11), "confidence": 0.9}
    | {"extended_until": date(2027, 1, 12)},
    {"record": 2, "raw": "OS/2", "state": "unknown_product", "confidence": 0.0},
]
DECISIONS = [
    {"record": number, "treatment": treatment, "rule": rule, "confidence": 0.8}
    | {"inputs": "{}", "also_matched": [], "reason": "So."}
    for number, (treatment, rule) in enumerate(
        [("replatform", "L2"), ("replatform", "L2"), ("insufficient_data", "U1")]
    )
]
MANY = "x" * 2_001


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(FOUND, findings=FINDINGS, decisions=DECISIONS)
    return found


def asset_id(estate: Estate, name: str):
    return estate.assets()[name]["id"]


def override(estate: Estate, name: str, treatment: str, reason: str = "Board."):
    with unit_of_work(estate.scope) as session:
        return DecisionOverrideService(session).override(
            estate.scope, asset_id(estate, name), treatment, reason
        )


def test_a_finding_has_the_date_its_state_is_about(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        service = ModernisationService(session)
        found = service.findings(estate.scope)
        quarters = service.by_quarter(estate.scope)
        states = service.by_state(estate.scope, FindingFilter(in_scope_only=True))

    assert [(f.asset_name, f.due, f.days_left) for f in found] == [
        ("old", date(2024, 6, 30), -875),
        ("paid", date(2027, 1, 12), 51),
        ("odd", None, None),
    ]
    assert [(q.word, q.count) for q in quarters] == [("2024 Q2", 1), ("2027 Q1", 1)]
    assert {s.word: s.count for s in states} == {"eol": 1, "unknown_product": 1}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (FindingFilter(states=("eol",)), ["old"]),
        (FindingFilter(quarter="2027 Q1"), ["paid"]),
        (FindingFilter(product="centos"), ["old"]),
        (FindingFilter(search="os/2"), ["odd"]),
    ],
)
def test_lists_the_findings_asked_for(
    estate: Estate, chosen: FindingFilter, expected: list[str]
) -> None:
    with unit_of_work(estate.scope) as session:
        service = ModernisationService(session)
        found = service.findings(estate.scope, chosen)
        number = service.count_findings(estate.scope, chosen)

    assert [one.asset_name for one in found] == expected
    assert number == len(expected)


def test_an_override_survives_the_next_import_and_says_what_rules_advise(
    estate: Estate,
) -> None:
    override(estate, "old", "retire", "Nobody uses it.")
    changed = [DECISIONS[0] | {"treatment": "rehost", "rule": "H1"}, *DECISIONS[1:]]

    estate.publish(FOUND, findings=FINDINGS, decisions=changed)

    with unit_of_work(estate.scope) as session:
        service = ModernisationService(session)
        kept = service.decision(estate.scope, asset_id(estate, "old"))
        spread = service.by_treatment(estate.scope)
        for_next_run = DecisionOverrideService(session).standing(estate.scope)
    assert kept is not None
    assert (kept.holds, kept.treatment, kept.rule) == ("retire", "rehost", "H1")
    assert kept.rule_differs
    assert kept.override_reason == "Nobody uses it."
    assert {one.word: one.count for one in spread} == {
        "retire": 1,
        "replatform": 1,
        "insufficient_data": 1,
    }
    assert for_next_run == {"old": "retire"}


def test_an_override_is_audited_and_can_be_taken_back(estate: Estate) -> None:
    override(estate, "old", "retire", "Nobody uses it.")
    after = override(estate, "old", "", "They do.")

    assert (after.override, after.holds) == ("", "replatform")
    assert estate.told_owner(
        "select action, reason from audit_events order by created_at, id"
    ) == [
        ("decision_overridden", "Nobody uses it."),
        ("override_withdrawn", "They do."),
    ]


@pytest.mark.parametrize(
    ("treatment", "reason"),
    [("teleport", "Why not."), ("retire", " "), ("retire", MANY)],
)
def test_refuses_an_override_without_sense(
    estate: Estate, treatment: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError):
        override(estate, "old", treatment, reason)


def test_a_manager_may_not_override(estate: Estate) -> None:
    manager = Scope(
        "Max", Role.MANAGER, estate.scope.client_account_id, estate.scope.engagement_id
    )
    target = asset_id(estate, "old")

    with unit_of_work(manager) as session, pytest.raises(NotPermittedError):
        DecisionOverrideService(session).override(manager, target, "retire", "Because.")


def test_no_override_for_what_is_not_there(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session, pytest.raises(NotFoundError):
        DecisionOverrideService(session).override(
            estate.scope, uuid4(), "retire", "Because."
        )


def test_lists_the_decisions_asked_for(estate: Estate) -> None:
    override(estate, "odd", "retain")

    def found(**chosen) -> list[str]:
        with unit_of_work(estate.scope) as session:
            rows = ModernisationService(session).decisions(
                estate.scope, DecisionFilter(**chosen)
            )
        return [row.asset_name for row in rows]

    assert found(treatments=("retain",)) == ["odd"]
    assert found(overridden=False) == ["old", "paid"]
    assert found(rules=("L2",), search="PAI") == ["paid"]


def test_effort_is_that_of_what_holds(estate: Estate) -> None:
    def effort() -> str:
        with unit_of_work(estate.scope) as session:
            service = ModernisationService(session)
            found = service.decision(estate.scope, asset_id(estate, "old"))
        assert "counts" in found.effort_reason or found.effort == "none"
        return found.effort

    assert effort() == "medium"

    override(estate, "old", "refactor")
    assert effort() == "high"
    override(estate, "old", "retain")
    assert effort() == "none"
