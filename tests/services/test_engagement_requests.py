"""Work that is asked for is done once, survives its runner, and says what came."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, WorkerScope
from discovery_app.domain.engagement_request import MOST_ATTEMPTS, RequestKind
from discovery_app.errors import InvalidInputError, LostRequestError, NotPermittedError
from discovery_app.jobs.asked_work import AskedWork
from discovery_app.knowledge.analysis_settings import DEFAULTS
from discovery_app.knowledge.ports import NoisePort
from discovery_app.services.engagement_requests import (
    EngagementRequestService,
    scope_of,
)
from discovery_app.services.engagement_settings import EngagementSettingService
from discovery_app.services.evaluations import EvaluationService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

WORKER = WorkerScope("worker-1/1")
OTHER = WorkerScope("worker-2/2")
DAY = date(2026, 11, 22)


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(candidates({"asset_name": "a", "operating_system": "CentOS 7"}))
    return found


def ask(estate: Estate, reason: str = "The plan changed."):
    with unit_of_work(estate.scope) as session:
        return EvaluationService(session).ask(estate.scope, DAY, reason)


def seen(estate: Estate):
    with unit_of_work(estate.scope) as session:
        return EvaluationService(session).view(estate.scope)


def take(worker: WorkerScope = WORKER):
    with unit_of_work(worker) as session:
        return EngagementRequestService(session).take(worker)


def late(estate: Estate) -> None:
    estate.as_owner(
        "update engagement_requests set lease_until = now() - interval '1h'"
    )


def test_a_runner_does_what_was_asked_and_the_page_sees_each_step(estate):
    assert seen(estate).last is None
    assert ask(estate).state == "waiting"
    claim = take()
    assert seen(estate).last.state == "running"
    assert take(OTHER) is None

    with unit_of_work(WORKER) as session:
        EngagementRequestService(session).give_up(claim)
    assert seen(estate).last.state == "waiting"
    assert AskedWork(OTHER).do_next()

    last = seen(estate).last
    assert (last.state, last.asked_by, last.as_of) == ("done", "Ada", DAY)
    assert last.outcome.startswith("1 asset judged as of 2026-11-22")
    assert not AskedWork(OTHER).do_next()
    told = estate.told_owner(
        "select action, actor, reason from audit_events where action like '%evaluat%' "
        "order by action desc"
    )
    assert told == [
        ("evaluation_asked_for", "Ada", "The plan changed."),
        ("advice_evaluated_again", "runner:worker-2/2", "The plan changed."),
    ]


def test_asking_twice_is_one_request_and_an_old_end_is_not_written(estate):
    ask(estate)
    old = take()
    ask(estate)

    with pytest.raises(LostRequestError), unit_of_work(scope_of(old)) as session:
        EngagementRequestService(session).finish(old, outcome="Old.")

    assert len(estate.rows("select * from engagement_requests")) == 1
    assert seen(estate).last.state == "waiting"


def test_a_runner_that_died_loses_it_and_whoever_always_dies_fails_it(estate):
    ask(estate)
    for _ in range(MOST_ATTEMPTS):
        assert take() is not None
        late(estate)

    assert AskedWork(OTHER).do_next()

    last = seen(estate).last
    assert last.state == "failed"
    assert "ended its process" in last.problem
    assert estate.rows("select * from decisions") == []


def test_what_cannot_be_done_says_why(estate):
    ask(estate)
    estate.as_owner("delete from assets")

    AskedWork(WORKER).do_next()

    assert "import the client's files first" in seen(estate).last.problem


def test_who_may_not_ask_is_refused_and_so_is_asking_for_nothing(database):
    estate = Estate(database)
    manager = replace(estate.scope, role=Role.MANAGER)
    with pytest.raises(NotPermittedError), unit_of_work(manager) as session:
        EvaluationService(session).ask(manager, None, "x")
    with pytest.raises(InvalidInputError, match="no asset"):
        ask(estate)
    estate.publish(candidates({"asset_name": "a"}))
    with pytest.raises(InvalidInputError):
        ask(estate, " ")


def test_workers_see_no_contents_and_one_engagement_where_they_ask_for_it(estate):
    ask(estate)
    with pytest.raises(Exception, match="permission denied"):
        with unit_of_work(WORKER) as session:
            session.connection().exec_driver_sql(
                "select reason, outcome from engagement_requests"
            )
    with unit_of_work(WORKER) as session:
        requests = EngagementRequestService(session)
        assert requests.take(WORKER, only=uuid4()) is None
        assert requests.take(WORKER, kind=RequestKind.NARRATIVE) is None
        assert requests.take(WORKER, estate.scope.engagement_id) is not None


def test_newer_settings_call_for_an_evaluation_until_it_is_done(estate):
    assert not seen(estate).is_stale
    admin = replace(estate.scope, role=Role.ADMIN)
    chosen = replace(DEFAULTS, noise_ports=(NoisePort(9999, "agent"),))
    with unit_of_work(admin) as session:
        EngagementSettingService(session).change(admin, chosen, "An agent.")
    assert seen(estate).is_stale

    ask(estate)
    AskedWork(WORKER).do_next()

    assert not seen(estate).is_stale
