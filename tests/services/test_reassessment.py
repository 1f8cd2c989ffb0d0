"""Settings, newer data and another day reach the advice, and say so in it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, Role
from discovery_app.domain.engagement_request import AskedFor
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.knowledge.analysis_settings import DEFAULTS
from discovery_app.knowledge.ports import NoisePort
from discovery_app.knowledge.releases import OWN_VERSION
from discovery_app.knowledge.treatments import THRESHOLDS
from discovery_app.services.decision_overrides import DecisionOverrideService
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.engagement_settings import EngagementSettingService
from discovery_app.services.evaluations import EvaluationService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.phase_results import PhaseResultService
from discovery_app.services.reassessment import ReassessmentService
from tests.conftest import TestDatabase
from tests.factories import make_scope, make_state
from tests.services.inventory import Estate, candidates

ADMIN = PlatformScope("Ada", "loads data")
DAY = date(2026, 11, 22)
SIZE = {"cpu_cores": 4, "memory_mb": 8192, "storage_provisioned_gb": 100.0}
QUIET = {
    "asset_name": "quiet",
    "key_fqdn": "quiet",
    "operating_system": "Red Hat Enterprise Linux 8",
    "power_state": "on",
    "cpu_util_avg_pct": 7.0,
    "mem_util_avg_pct": 7.0,
    **SIZE,
}
BUSY = QUIET | {"asset_name": "busy", "key_fqdn": "busy", "cpu_util_avg_pct": 80.0}
TAGGED = QUIET | {
    "asset_name": "held",
    "key_fqdn": "held",
    "tags": '{"compliance": "gdpr"}',
}
CSV = b"product,cycle,eol\nrhel,8,2026-01-31\n"


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(candidates(QUIET, BUSY, TAGGED))
    found.admin = replace(found.scope, role=Role.ADMIN)
    return found


def again(estate: Estate, as_of: date | None = DAY):
    with unit_of_work(estate.scope) as session:
        return ReassessmentService(session).run(
            AskedFor(estate.scope, "", as_of, "Second look.", "Ada")
        )


def decisions(estate: Estate):
    with unit_of_work(estate.scope) as session:
        found = ModernisationService(session).decisions(estate.scope)
    return {one.asset_name: one for one in found}


def findings(estate: Estate):
    with unit_of_work(estate.scope) as session:
        found = ModernisationService(session).findings(estate.scope)
    return {one.asset_name: one for one in found}


def set_lines(estate: Estate, **lines):
    chosen = replace(DEFAULTS, thresholds=replace(THRESHOLDS, **lines))
    with unit_of_work(estate.admin) as session:
        service = EngagementSettingService(session)
        return service.change(estate.admin, chosen, "This estate is odd.")


def load(content: bytes = CSV, day: date = date(2026, 11, 1), source="endoflife.date"):
    with unit_of_work(ADMIN) as session:
        return EndOfLifeDataService(session).load(
            ADMIN,
            content,
            file_name="eol.csv",
            source=source,
            data_date=day,
            reason="Newer.",
        )


def test_judges_the_inventory_as_it_stands(estate: Estate) -> None:
    done = again(estate)

    assert (done.assets, done.changed, done.as_of) == (3, 3, DAY)
    assert {name: one.rule for name, one in decisions(estate).items()} == {
        "quiet": "H1",
        "busy": "H1",
        "held": "K2",
    }
    assert again(estate).changed == 0


def test_the_day_of_the_verdicts_is_a_parameter(estate: Estate) -> None:
    again(estate, DAY)
    assert findings(estate)["quiet"].state == "supported"

    again(estate, date(2030, 1, 1))

    found = findings(estate)["quiet"]
    assert (found.state, found.as_of) == ("extended_only", date(2030, 1, 1))
    assert decisions(estate)["quiet"].rule == "L2"
    again(estate, None)
    assert abs(findings(estate)["quiet"].as_of - date.today()) <= timedelta(days=1)  # noqa: DTZ011


def test_a_threshold_of_the_engagement_decides_and_is_named(estate: Estate) -> None:
    again(estate)
    set_lines(estate, zombie_percent=10.0)

    assert again(estate).changed == 1

    decision = decisions(estate)["quiet"]
    assert (decision.rule, decision.treatment) == ("R2", "retire")
    assert decision.inputs["cpu_util_avg_pct"] == {
        "value": 7.0,
        "threshold": 10.0,
        "source": "import",
    }


def test_what_a_person_decided_stays(estate: Estate) -> None:
    again(estate)
    asset_id = estate.assets()["quiet"]["id"]
    with unit_of_work(estate.scope) as session:
        service = DecisionOverrideService(session)
        service.override(estate.scope, asset_id, "retain", "The board wants it.")

    again(estate, date(2030, 1, 1))

    decision = decisions(estate)["quiet"]
    assert (decision.override, decision.treatment) == ("retain", "replatform")
    assert decision.reason.startswith("A person decided “retain”; the rules now say")


def test_nothing_else_of_the_inventory_changes(estate: Estate) -> None:
    before = estate.rows("select * from assets order by id")
    groups = estate.rows("select * from move_groups")

    again(estate)

    assert estate.rows("select * from assets order by id") == before
    assert estate.rows("select * from move_groups") == groups
    kept = estate.rows("select distinct session_id from findings")
    assert kept == estate.rows("select distinct last_session_id session_id from assets")


def test_an_empty_inventory_and_a_manager_are_refused(database: TestDatabase) -> None:
    estate = Estate(database)
    with pytest.raises(InvalidInputError, match="import the client's files first"):
        again(estate)
    manager = replace(estate.scope, role=Role.MANAGER)
    with unit_of_work(manager) as session, pytest.raises(NotPermittedError):
        EvaluationService(session).ask(manager, None, "x")


def test_newer_data_is_used_and_recorded_in_each_finding(estate: Estate) -> None:
    again(estate)
    assert findings(estate)["quiet"].data_version == str(OWN_VERSION)

    loaded = load()
    done = again(estate)

    found = findings(estate)["quiet"]
    assert done.data == found.data_version == "endoflife.date of 2026-11-01"
    assert (found.state, found.eol_date) == ("eol", date(2026, 1, 31))
    decision = decisions(estate)["quiet"]
    assert decision.inputs["system_state"]["source"].endswith("of 2026-11-01")

    with unit_of_work(ADMIN) as session:
        service = EndOfLifeDataService(session)
        assert not service.withdraw(ADMIN, loaded.version_id, "Wrong.").in_use
        with pytest.raises(NotFoundError):
            service.withdraw(ADMIN, loaded.version_id, "Twice.")
    assert findings(estate)["quiet"].data_version == "endoflife.date of 2026-11-01"
    again(estate)
    assert findings(estate)["quiet"].state == "supported"


def test_the_newest_day_decides_whatever_was_loaded_last(estate: Estate) -> None:
    load(day=date(2026, 11, 2))
    load(b"product,cycle,eol\nrhel,8,2031-01-31\n", day=date(2026, 1, 1))

    again(estate)

    assert findings(estate)["quiet"].eol_date == date(2026, 1, 31)


def test_data_is_refused_whole(database: TestDatabase) -> None:
    load()
    with pytest.raises(ConflictError, match="in use already"):
        load()
    load(source="the vendor")
    with pytest.raises(InvalidInputError, match="still to come"):
        load(day=date(2999, 1, 1))
    with pytest.raises(InvalidInputError, match="source"):
        load(source=" ")
    with pytest.raises(InvalidInputError, match="eol"):
        load(b"product,cycle,eol\nrhel,8,soon\n", day=date(2026, 10, 1))

    with unit_of_work(ADMIN) as session:
        kept = EndOfLifeDataService(session).versions()

    assert [(one.source, one.products, one.cycles) for one in kept] == [
        ("the vendor", 1, 1),
        ("endoflife.date", 1, 1),
    ]


def test_who_works_on_an_engagement_loads_no_data(estate: Estate) -> None:
    with pytest.raises(Exception, match="row-level security"):
        with unit_of_work(estate.admin) as session:
            EndOfLifeDataService(session).load(
                ADMIN,
                CSV,
                file_name="",
                source="x",
                data_date=DAY,
                reason="x",
            )


def test_the_next_run_is_given_settings_and_data(database: TestDatabase) -> None:
    scope = make_scope(Role.ADMIN)
    load()
    ports = (NoisePort(9_999, "probe"),)
    lines = replace(THRESHOLDS, window_days=30)
    chosen = replace(DEFAULTS, thresholds=lines, noise_ports=ports)
    with unit_of_work(scope) as session:
        EngagementSettingService(session).change(scope, chosen, "A lab.")

    with unit_of_work(scope) as session:
        state, service = make_state(session, scope), PhaseResultService(session)
        judging = service.recorded(scope, "tech_debt_analysis", state)
        connecting = service.recorded(scope, "dependency_analysis", state)

    assert judging.thresholds == lines
    assert judging.end_of_life.version.day == date(2026, 11, 1)
    assert connecting.noise_ports == ports


def test_settings_are_kept_where_they_differ_and_audited(estate: Estate) -> None:
    view = set_lines(estate, idle_percent=30.0)

    assert (view.changed_by, view.reason) == ("Ada", "This estate is odd.")
    row = estate.rows("select * from engagement_settings")[0]
    assert (row["idle_percent"], row["zombie_percent"], row["noise_ports"]) == (
        30.0,
        None,
        None,
    )
    set_lines(estate)
    assert estate.rows("select idle_percent from engagement_settings") == [
        {"idle_percent": None}
    ]
    audited = estate.told_owner(
        "select data->'before'->>'idle_percent', data->'after'->>'idle_percent' "
        "from audit_events where action = 'analysis_settings_changed' "
        "order by created_at"
    )
    assert audited == [("20.0", "30.0"), ("30.0", "20.0")]


def test_only_admins_change_settings_and_say_why(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session, pytest.raises(NotPermittedError):
        EngagementSettingService(session).change(estate.scope, DEFAULTS, "x")
    with unit_of_work(estate.admin) as session, pytest.raises(InvalidInputError):
        EngagementSettingService(session).change(estate.admin, DEFAULTS, " ")
