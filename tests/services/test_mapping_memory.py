"""What people confirmed helps every engagement of the same client, and no other."""

from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, Scope
from discovery_app.domain.mapping import Outcome, RememberedMapping
from discovery_app.models import Engagement, FieldMapping
from discovery_app.services.mapping_memory import MappingMemoryService
from tests.factories import make_scope

pytestmark = pytest.mark.usefixtures("database")


def decided(header: str, target: str | None, unit: str | None = None) -> FieldMapping:
    return FieldMapping(
        header=header, target=target, unit=unit, outcome=Outcome.CONFIDENT
    )


def remember(scope: Scope, *rows: FieldMapping, source: str = "unknown"):
    with unit_of_work(scope) as session:
        MappingMemoryService(session).remember(scope, source, rows)


def memory(scope: Scope) -> list[RememberedMapping]:
    with unit_of_work(scope) as session:
        return list(MappingMemoryService(session).of(scope))


def sister_of(scope: Scope) -> Scope:
    """Return another engagement of the same client."""
    with unit_of_work(AccountScope()) as session:
        engagement = Engagement(
            client_account_id=scope.client_account_id, name=f"Second {uuid4()}"
        )
        session.add(engagement)
        session.flush()
        found = engagement.id
    return Scope("Ben", Role.CONSULTANT, scope.client_account_id, found)


def test_a_second_engagement_of_the_client_knows_what_the_first_confirmed():
    first = make_scope()
    second = sister_of(first)

    remember(first, decided("Shoe Size", "memory_mb", "GB"))

    assert memory(first) == [
        RememberedMapping("unknown", "shoesize", "memory_mb", "GB")
    ]
    assert memory(second) == [
        RememberedMapping("unknown", "shoesize", "memory_mb", "GB", elsewhere=True)
    ]


def test_another_client_knows_nothing_of_it():
    remember(make_scope(), decided("Shoe Size", "memory_mb", "GB"))

    assert memory(make_scope()) == []


def test_an_engagements_own_word_goes_before_that_of_the_client():
    first = make_scope()
    second = sister_of(first)
    remember(second, decided("Zone", "location"))

    remember(first, decided("Zone", "environment"))

    assert [one.target for one in memory(second)] == ["location"]
    assert [one.target for one in memory(sister_of(first))] == ["environment"]


def test_deciding_again_corrects_what_is_remembered():
    scope = make_scope()
    remember(scope, decided("Zone", "location"), decided("Room", None))

    remember(scope, decided("Zone", "environment"))

    assert {one.header: one.target for one in memory(scope)} == {
        "zone": "environment",
        "room": None,
    }


def test_a_source_remembers_for_itself():
    scope = make_scope()

    remember(scope, decided("Zone", "location"), source="servicenow")

    assert [(one.source, one.header) for one in memory(scope)] == [
        ("servicenow", "zone")
    ]
