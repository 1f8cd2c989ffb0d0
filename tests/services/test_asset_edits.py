"""Many assets are set at once; who did it is told, and imports do not undo it."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.domain.asset_edits import EditPreview
from discovery_app.domain.inventory import AssetFilter
from discovery_app.errors import ConflictError, InvalidInputError, NotPermittedError
from discovery_app.services.asset_details import AssetDetails
from discovery_app.services.asset_edits import AssetEditService
from discovery_app.services.conflicts import ConflictService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

WEB = {"asset_name": "web", "key_fqdn": "web", "environment": "test", "location": "B"}
DB = {"asset_name": "db", "key_fqdn": "db"}
PROD = {"asset_name": "app", "key_fqdn": "app", "environment": "production"}
ALL = AssetFilter()


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(candidates(WEB, DB, PROD))
    return found


def edit(
    estate: Estate,
    chosen: AssetFilter = ALL,
    field: str = "environment",
    value: str = "production",
    expected: int = 2,
    scope: Scope | None = None,
) -> int:
    """Set a field."""
    who = scope or estate.scope
    with unit_of_work(who) as session:
        return AssetEditService(session).edit(
            who, chosen, field, value, expected=expected, reason="The client said so."
        )


def environments(estate: Estate) -> dict[str, str]:
    return {name: row["environment"] for name, row in estate.assets().items()}


def test_a_preview_counts_and_changes_nothing(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        seen = AssetEditService(session).preview(
            estate.scope, ALL, "environment", "production"
        )

    assert seen == EditPreview(chosen=3, changed=2, replaced=1)
    assert environments(estate)["web"] == "test"


def test_sets_the_chosen_assets_and_audits_it(estate: Estate) -> None:
    done = edit(estate)

    assert done == 2
    assert set(environments(estate).values()) == {"production"}
    told = "select action, subject, reason from audit_events"
    assert estate.told_owner(told) == [
        ("assets_edited", "Environment: production", "The client said so.")
    ]


def test_only_what_the_filters_leave_is_set(estate: Estate) -> None:
    chosen = AssetFilter(chosen={"environment": ("test",)})

    edit(estate, chosen, "location", "Team A", expected=1)

    assets = estate.assets()
    assert [n for n, row in assets.items() if row["location"] == "Team A"] == ["web"]
    assert "team a" in assets["web"]["search_text"]


def test_the_drawer_tells_who_set_it(estate: Estate) -> None:
    edit(estate)

    with unit_of_work(estate.scope) as session:
        asset_id = estate.assets()["web"]["id"]
        facts = AssetDetails(session).asset(estate.scope, asset_id).facts
    origins = {one.field: one.origin for one in facts}
    assert (origins["environment"].source, origins["environment"].file) == (
        "person",
        "Ada",
    )
    assert origins["location"].source == "rvtools"


def test_the_same_file_does_not_bring_the_old_value_back(estate: Estate) -> None:
    edit(estate)

    estate.publish(candidates(WEB, DB, PROD))

    assert set(environments(estate).values()) == {"production"}


def test_another_value_of_a_tool_waits_for_a_person(estate: Estate) -> None:
    edit(estate)

    estate.publish(candidates(WEB | {"environment": "development"}))

    assert environments(estate)["web"] == "production"
    told = "select kept, kept_source, offered, offered_source, rule from conflicts"
    assert estate.rows(told + " where resolved_at is null") == [
        {
            "kept": "production",
            "kept_source": "person: Ada",
            "offered": "development",
            "offered_source": "rvtools: list.csv",
            "rule": "person",
        }
    ]


@pytest.mark.parametrize(("keep", "stands"), [(True, "production"), (False, "test2")])
def test_what_the_person_then_decides_holds(
    estate: Estate, keep: bool, stands: str
) -> None:
    edit(estate, AssetFilter(search="web"), "location", "production", expected=1)
    estate.publish(candidates(WEB | {"location": "test2"}))
    with unit_of_work(estate.scope) as session:
        service = ConflictService(session)
        (one,) = service.page(estate.scope)
        assert one.kept_at
        assert one.offered_at
        assert one.kept_at < one.offered_at
        service.resolve(estate.scope, one.conflict_id, keep=keep)

    estate.publish(candidates(WEB | {"location": "test2"}))

    assert estate.assets()["web"]["location"] == stands
    with unit_of_work(estate.scope) as session:
        assert ConflictService(session).count(estate.scope) == 0


def test_wrong_edits_are_refused(estate: Estate) -> None:
    with pytest.raises(InvalidInputError, match="one of"):
        edit(estate, value="prodution")
    with pytest.raises(InvalidInputError):
        edit(estate, field="memory_mb", value="8")
    with pytest.raises(InvalidInputError):
        edit(estate, field="location", value="  ")
    with pytest.raises(ConflictError, match="you saw 7"):
        edit(estate, expected=7)
    scope = estate.scope
    manager = Scope("M", Role.MANAGER, scope.client_account_id, scope.engagement_id)
    with pytest.raises(NotPermittedError):
        edit(estate, scope=manager)
    assert environments(estate)["web"] == "test"
