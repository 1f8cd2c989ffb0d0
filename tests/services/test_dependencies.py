"""Dependencies are listed, summed up, and honest about unknown ends."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.services.dependencies import DependencyFilter, DependencyService
from discovery_app.services.unknown_endpoints import UnknownEndpointService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

EDGES = [
    {"source_record": 0, "source": "web", "destination_record": 1}
    | {"destination": "db", "port": 5432, "kind": "connection", "connection_count": 9},
    {"source_record": 0, "source": "web", "destination": "10.9.9.9", "port": 443}
    | {"kind": "connection", "connection_count": 5, "cross_environment": True},
    {"source_record": 1, "source": "db", "destination": "10.9.9.9", "port": 22}
    | {"kind": "connection", "noise": True, "noise_reason": "SSH"}
    | {"cross_environment": True},
    {"source_record": 1, "source": "db", "destination_record": 2}
    | {"destination": "ldap", "kind": "depends_on", "shared_service": True},
]
GROUPS = [
    {"record": 0, "move_group": 1, "wave": 2, "in_cycle": False},
    {"record": 1, "move_group": 1, "wave": 1, "in_cycle": True},
]


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    names = ("web", "db", "ldap")
    found.publish(
        candidates(*({"asset_name": name, "key_fqdn": name} for name in names)),
        edges=[{"edge": number} | edge for number, edge in enumerate(EDGES)],
        groups=GROUPS,
    )
    return found


@pytest.mark.parametrize(
    ("chosen", "ends"),
    [
        (
            DependencyFilter(),
            ["web>db", "web>10.9.9.9", "db>10.9.9.9", "db>ldap"],
        ),
        (DependencyFilter(noise=False, unknown_only=True), ["web>10.9.9.9"]),
        (DependencyFilter(noise=True), ["db>10.9.9.9"]),
        (DependencyFilter(kinds=("depends_on",)), ["db>ldap"]),
        (DependencyFilter(shared_service=True), ["db>ldap"]),
        (DependencyFilter(cross_environment=True, noise=False), ["web>10.9.9.9"]),
        (DependencyFilter(port=5432), ["web>db"]),
        (DependencyFilter(search="LDA"), ["db>ldap"]),
    ],
)
def test_lists_the_dependencies_asked_for(
    estate: Estate, chosen: DependencyFilter, ends: list[str]
) -> None:
    with unit_of_work(estate.scope) as session:
        service = DependencyService(session)
        found = service.page(estate.scope, chosen)
        number = service.count(estate.scope, chosen)
        drawn = service.graph(estate.scope, chosen)

    assert sorted(f"{e.source}>{e.destination}" for e in found) == sorted(ends)
    assert number == len(ends)
    assert drawn == found


def test_focuses_on_one_asset(estate: Estate) -> None:
    asset_id = estate.assets()["web"]["id"]

    with unit_of_work(estate.scope) as session:
        found = DependencyService(session).page(
            estate.scope, DependencyFilter(asset_id=asset_id)
        )

    assert [one.destination for one in found] == ["db", "10.9.9.9"]


def test_sums_up_noise_groups_and_unknown_ends(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        service = DependencyService(session)
        found = service.summary(estate.scope)
        unknown = UnknownEndpointService(session).busiest(estate.scope)
        members = service.members(estate.scope)

    assert (found.edges, found.noise, found.shared_services) == (4, 1, 1)
    assert [(one.word, one.count) for one in found.noise_reasons] == [("SSH", 1)]
    assert (found.cross_environment, found.unknown_endpoints) == (1, 1)
    assert (found.move_groups, found.waves) == (1, 2)
    assert [(u.endpoint, u.edges, u.talkers) for u in unknown] == [
        ("10.9.9.9", 2, ("db", "web"))
    ]
    assert [(m.asset_name, m.wave, m.in_cycle) for m in members] == [
        ("db", 1, True),
        ("web", 2, False),
    ]


def test_an_address_of_several_assets_is_told_from_one_of_none(estate: Estate) -> None:
    shared = {"ip_address": ["10.9.9.9"]}
    twins = [{"asset_name": name, "key_fqdn": name, **shared} for name in ("t1", "t2")]
    estate.publish(candidates(*twins))

    with unit_of_work(estate.scope) as session:
        (found,) = UnknownEndpointService(session).busiest(estate.scope)

    assert (found.endpoint, found.assets) == ("10.9.9.9", 2)
