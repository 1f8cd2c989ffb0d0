"""The audit log."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlmodel import delete, select

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, PlatformScope, Role, Scope
from discovery_app.domain.audit import AuditFilter
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.models import AuditEvent
from discovery_app.services.audit import AuditService, require_reason
from tests.people import OPERATOR, add_client, add_engagement

pytestmark = pytest.mark.usefixtures("database")

PLATFORM = PlatformScope("Ada", "Looks at the log")
EVERYTHING = AuditFilter()


def entries(chosen: AuditFilter = EVERYTHING, **page):
    with unit_of_work(PLATFORM) as session:
        return AuditService(session).entries(chosen, **page)


def record(action: str, subject: str = "") -> None:
    with unit_of_work(AccountScope()) as session:
        AuditService(session).record(OPERATOR, action, subject, "Because")


def record_and_fail() -> None:
    with unit_of_work(AccountScope()) as session:
        AuditService(session).record(OPERATOR, "tried", "something")
        raise NotFoundError("thing", 1)


def make_scope(client: str = "Acme") -> Scope:
    account = add_client(client)
    return Scope("Maya", Role.CONSULTANT, account, add_engagement(account, "Exit"))


def test_a_scope_names_its_tenant():
    scope = make_scope()

    with unit_of_work(scope) as session:
        AuditService(session).record(
            scope, "exported", "assets", "For the client", details={"rows": 7}
        )

    (entry,) = entries(AuditFilter(action="exported")).items
    assert (entry.actor, entry.client, entry.engagement) == ("Maya", "Acme", "Exit")
    assert (entry.subject, entry.reason) == ("assets", "For the client")
    assert entry.details == {"rows": 7}


def test_an_entry_goes_with_its_act():
    with pytest.raises(NotFoundError):
        record_and_fail()

    assert entries().items == ()


def test_an_engagement_reads_its_own_entries_only():
    acme, globex = make_scope("Acme"), make_scope("Globex")
    for scope in (acme, globex):
        with unit_of_work(scope) as session:
            AuditService(session).record(scope, "exported", scope.actor)

    with unit_of_work(acme) as session:
        found = AuditService(session).entries(AuditFilter(action="exported"))

    assert [one.client for one in found.items] == ["Acme"]


def test_one_scope_writes_no_entry_of_another():
    acme, globex = make_scope("Acme"), make_scope("Globex")

    with pytest.raises(ProgrammingError), unit_of_work(acme) as session:
        AuditService(session).record(globex, "exported", "not mine")


def test_nobody_changes_or_reads_the_log_as_an_account():
    record("something")

    with pytest.raises(ProgrammingError), unit_of_work(AccountScope()) as session:
        session.exec(select(AuditEvent)).all()
    with pytest.raises(ProgrammingError), unit_of_work(PLATFORM) as session:
        session.exec(delete(AuditEvent))


def test_pages_through_newest_first_without_gap_or_repeat():
    with unit_of_work(AccountScope()) as session:  # One transaction: one time.
        for number in range(5):
            AuditService(session).record(OPERATOR, "counted", str(number))
    record("counted", "last")

    seen, cursor = [], ""
    while True:
        page = entries(AuditFilter(action="counted"), cursor=cursor, limit=2)
        seen += [one.subject for one in page.items]
        cursor = page.next_cursor
        if not cursor:
            break

    assert seen[0] == "last"
    assert sorted(seen) == ["0", "1", "2", "3", "4", "last"]


def test_filters_add_up():
    record("exported", "100% of Acme")
    record("exported", "1000 of Acme")
    record("viewed", "100% of Acme")

    found = entries(AuditFilter(action="exported", search="100% OF"))

    assert [one.subject for one in found.items] == ["100% of Acme"]


def test_filters_by_time():
    record("now")
    hour, now = timedelta(hours=1), datetime.now(UTC)

    assert entries(AuditFilter(since=now - hour, until=now + hour)).items
    assert entries(AuditFilter(until=now - hour)).items == ()
    assert entries(AuditFilter(since=now + hour)).items == ()


def test_filters_by_tenant():
    scope = make_scope()

    assert entries(AuditFilter(client_account_id=scope.client_account_id)).items
    assert entries(AuditFilter(engagement_id=uuid4())).items == ()


def test_lists_the_actions_it_knows():
    record("b"), record("a"), record("b")

    with unit_of_work(PLATFORM) as session:
        assert AuditService(session).actions() == ("a", "b")


@pytest.mark.parametrize("cursor", ["x", "%%%", "bm90IGEgY3Vyc29y", "é"])
def test_refuses_a_made_up_cursor(cursor: str):
    with pytest.raises(InvalidInputError):
        entries(cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_refuses_a_wrong_limit(limit: int):
    with pytest.raises(InvalidInputError):
        entries(limit=limit)


def test_a_reason_is_some_words():
    assert require_reason("  New hire ") == "New hire"
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(InvalidInputError):
            require_reason(reason)
