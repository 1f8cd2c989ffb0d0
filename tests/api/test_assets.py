from discovery_app.domain.access import Role
from discovery_app.knowledge.fields import ASSET_FIELDS
from tests.api.calls import Caller, caller, publish, stranger
from tests.conftest import TestDatabase

WEB = {
    "asset_name": "web01",
    "environment": "production",
    "cpu_cores": 4,
    "power_state": "on",
}
DB = {
    "asset_name": "db01",
    "environment": "test",
    "cpu_cores": 16,
    "power_state": "on",
}
OLD = {"asset_name": "old01", "power_state": "off"}


def test_assets_are_told_with_every_field_of_the_schema(
    database: TestDatabase,
) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    page = listed(maya)

    assert page["total"] == 1
    [asset] = page["items"]
    assert set(asset) >= {"asset_id", "in_scope", "treatment", *ASSET_FIELDS}
    assert asset["cpu_cores"] == 4
    assert asset["serial_number"] is None


def test_only_the_wanted_fields_are_told(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    [asset] = listed(maya, fields="asset_name,cpu_cores")["items"]

    assert "environment" not in asset
    assert asset["cpu_cores"] == 4


def test_assets_come_page_by_page(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, *({"asset_name": f"vm{n:02}"} for n in range(7)))

    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = listed(maya, limit=3, cursor=cursor)
        found += [asset["asset_name"] for asset in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1

    assert found == [f"vm{n:02}" for n in range(7)]
    assert pages == 3


def test_assets_are_filtered_by_column_and_searched_and_sorted(
    database: TestDatabase,
) -> None:
    maya = caller()
    publish(maya.scope, WEB, DB, OLD)

    assert names(maya, environment="production") == ["web01"]
    assert names(maya, environment=["production", "test"]) == ["db01", "web01"]
    assert names(maya, environment="(none)") == ["old01"]
    assert names(maya, power_state="on", search="db") == ["db01"]
    assert names(maya, sort="cpu_cores", descending=True) == ["db01", "web01", "old01"]


def test_a_filter_that_does_not_exist_does_not_list_everything(
    database: TestDatabase,
) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    answers = [
        maya.client.get(maya.assets, params=wrong)
        for wrong in (
            {"enviroment": "production"},
            {"fields": "colour"},
            {"sort": "colour"},
            {"cursor": "far"},
            {"limit": 501},
        )
    ]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "enviroment" in answers[0].json()["detail"]


def test_assets_of_one_import_alone(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB)
    second = publish(maya.scope, DB)

    assert names(maya, session_id=str(second)) == ["db01"]


def test_assets_of_someone_else_are_not_there(database: TestDatabase) -> None:
    maya, other = caller(), caller()
    publish(other.scope, WEB)

    answer = maya.client.get(other.assets)

    assert answer.status_code == 404
    assert listed(maya)["items"] == []


def test_a_manager_and_an_admin_read_the_inventory(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    assert names(caller(Role.MANAGER, beside=maya)) == ["web01"]
    assert names(caller(Role.ADMIN, beside=maya)) == ["web01"]


def test_assets_need_a_sign_in(database: TestDatabase) -> None:
    answer = stranger().get(caller().assets)

    assert answer.status_code == 401


def listed(one: Caller, **params) -> dict:
    answer = one.client.get(one.assets, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(one: Caller, **params) -> list[str]:
    return [asset["asset_name"] for asset in listed(one, **params)["items"]]


def test_a_field_is_set_on_many_after_a_count(database):
    person = caller()
    publish(
        person.scope,
        {"asset_name": "web", "environment": "test", "key_fqdn": "web"},
        {"asset_name": "db", "key_fqdn": "db"},
    )
    wanted = {
        "field": "environment",
        "value": "production",
        "filters": {"environment": ["test"]},
    }
    path = f"/engagements/{person.scope.engagement_id}/assets/edit"

    seen = person.post(path, **wanted).json()
    blind = person.post(path, **wanted, dry_run=False, reason="Said so")
    done = person.post(path, **wanted, dry_run=False, expected=1, reason="Said so")

    assert seen == {"dry_run": True, "chosen": 1, "changed": 1, "replaced": 1}
    assert (blind.status_code, blind.json()["code"]) == (409, "conflict")
    assert done.json()["dry_run"] is False
    found = person.client.get(person.assets).json()["items"]
    assert {one["asset_name"]: one["environment"] for one in found} == {
        "web": "production",
        "db": None,
    }
