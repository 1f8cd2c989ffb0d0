"""Thresholds, newer end-of-life data and judging again, over the API."""

import pytest

from discovery_app.domain.access import Role, WorkerScope
from discovery_app.jobs.asked_work import AskedWork
from tests.api.calls import PROBLEM, caller
from tests.services.inventory import Estate, candidates

pytestmark = pytest.mark.usefixtures("database")

CSV = b"product,cycle,eol\nrhel,8,2026-01-31\n"
LOADED = {
    "source": "endoflife.date",
    "data_date": "2026-11-01",
    "reason": "The yearly update.",
}


@pytest.fixture
def admin():
    return caller(Role.ADMIN)


def settings_of(one):
    return f"/api/v1/engagements/{one.scope.engagement_id}/settings"


def load(one, content=CSV, **changes):
    return one.client.post(
        "/api/v1/end-of-life-data",
        files={"file": ("eol.csv", content)},
        data=LOADED | changes,
    )


def test_settings_are_read_by_all_and_changed_by_admins(admin):
    chosen = {
        "zombie_percent": 3,
        "noise_ports": [{"port": 9_999, "reason": "probe"}],
        "reason": "A lab.",
    }

    changed = admin.client.put(settings_of(admin), json=chosen).json()

    assert (changed["zombie_percent"], changed["idle_percent"]) == (3, 20)
    assert changed["noise_ports"] == [
        {"port": 9_999, "reason": "probe", "only_if": "always"}
    ]
    assert changed["changed_at"]
    assert admin.client.get(settings_of(admin)).json() == changed
    consultant = caller(Role.CONSULTANT)
    assert consultant.client.get(settings_of(consultant)).json()["window_days"] == 90
    refused = consultant.client.put(settings_of(consultant), json=chosen)
    assert (refused.status_code, refused.headers["content-type"]) == (403, PROBLEM)


@pytest.mark.parametrize(
    "wrong",
    [{"zombie_percent": 30}, {"window_days": 0}, {"reason": " "}, {"other": 1}],
)
def test_wrong_settings_are_refused(admin, wrong):
    body = {"reason": "So."} | wrong
    assert admin.client.put(settings_of(admin), json=body).status_code in (400, 422)


def test_data_is_loaded_listed_and_withdrawn(admin):
    loaded = load(admin)

    assert loaded.status_code == 201
    listed = admin.get("/end-of-life-data").json()
    assert listed["in_use"] == "endoflife.date of 2026-11-01"
    assert listed["items"] == [loaded.json()]
    path = f"/end-of-life-data/{loaded.json()['version_id']}/withdraw"
    assert admin.post(path, reason="Wrong.").json()["withdrawn_at"]
    assert admin.get("/end-of-life-data").json()["in_use"].endswith("of 2026-08-22")


@pytest.mark.parametrize(
    ("content", "changes"),
    [(b"x", {}), (CSV, {"data_date": "soon"}), (CSV, {"reason": ""})],
)
def test_wrong_data_is_refused_with_a_sentence(admin, content, changes):
    refused = load(admin, content, **changes)

    assert refused.status_code in (400, 422)
    assert refused.json()["detail"].endswith(".")
    assert admin.get("/end-of-life-data").json()["items"] == []


def test_data_is_for_admins():
    consultant = caller(Role.CONSULTANT)
    assert load(consultant).status_code == 403
    assert consultant.get("/end-of-life-data").status_code == 403


def test_an_inventory_is_judged_again(database):
    one = caller(Role.CONSULTANT)
    path = f"/engagements/{one.scope.engagement_id}/evaluate"
    assert one.post(path, reason="Early.").status_code in (400, 422)
    estate = Estate.on(database, one.scope)
    estate.publish(candidates({"asset_name": "a", "operating_system": "CentOS 7"}))

    asked = one.post(path, as_of="2026-11-22", reason="Plan.")

    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    AskedWork(WorkerScope("worker-1/1")).do_next()
    seen = f"/engagements/{one.scope.engagement_id}/evaluation"
    done = one.get(seen).json()
    assert (done["status"], done["as_of"]) == ("done", "2026-11-22")
    assert done["outcome"].startswith("1 asset judged as of 2026-11-22")
    manager = caller(Role.MANAGER)
    path = f"/engagements/{manager.scope.engagement_id}/evaluate"
    assert manager.post(path, reason="x").status_code == 403


def test_the_summary_is_read_and_overridden(database):
    one = caller(Role.CONSULTANT)
    path = f"/engagements/{one.scope.engagement_id}/narrative"
    assert one.get(path).json()["author"] == "rules"

    body = {"text": "All is well.", "reason": "Agreed."}
    told = one.client.put(f"/api/v1{path}", json=body).json()

    assert (told["author"], told["headline"]) == ("person", "All is well.")
    assert told["by"] == one.scope.actor
    assert one.get(path, application="none").status_code == 404
    refused = one.post(f"{path}/write")
    assert refused.status_code in (400, 422)
    assert "No language model" in refused.json()["detail"]


def test_readiness_is_told_per_application(database):
    one = caller(Role.MANAGER)
    estate = Estate.on(database, one.scope)
    estate.publish(candidates({"asset_name": "a", "application_name": "Shop; Pay"}))

    found = one.get(f"/engagements/{one.scope.engagement_id}/readiness").json()

    assert {item["application"] for item in found} == {"Shop", "Pay"}
    assert found[0]["level"] == "not_ready"
    assert found[0]["gaps"][0]["ask"]
