"""The dependency map shows what is there, joined and placed, and never too much."""

from uuid import UUID

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.dependency_map import (
    MOST_NODES,
    DependencyMap,
    MapFocus,
    NodeKind,
)
from discovery_app.services.dependency_maps import DependencyMapService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

ASSETS = (
    {"asset_name": "web", "environment": "production", "application_name": "Shop"},
    {"asset_name": "db", "environment": "production", "application_name": "Shop"},
    {"asset_name": "erp", "environment": "test", "application_name": "ERP; Finance"},
    {"asset_name": "bus"},
    {"asset_name": "twin-a"},
    {"asset_name": "twin-b"},
    {"asset_name": "far"},
)
WEB, DB, ERP, BUS, TWIN_A, TWIN_B, FAR = range(7)


def _edge(source: int, needed: int | str, port: int = 443, **more: object) -> dict:
    names = [one["asset_name"] for one in ASSETS]
    known = isinstance(needed, int)
    return {
        "source_record": source,
        "source": names[source],
        "destination_record": needed if known else None,
        "destination": names[needed] if isinstance(needed, int) else needed,
        "port": port,
        "protocol": "tcp",
        "kind": "connection",
        "connection_count": 10,
        **more,
    }


EDGES = [
    _edge(WEB, DB, 5432, connection_count=90),
    _edge(WEB, DB, 443),
    _edge(ERP, DB, 1433, cross_environment=True),
    _edge(WEB, BUS, 9092, shared_service=True),
    _edge(ERP, BUS, 9092, shared_service=True),
    _edge(DB, "10.9.9.9", 8443),
    _edge(WEB, TWIN_A, 22, noise=True, noise_reason="ssh"),
    _edge(TWIN_A, TWIN_B),
    _edge(TWIN_B, TWIN_A),
    _edge(FAR, ERP),
]
GROUPS = [
    {"record": DB, "move_group": 1, "wave": 1, "map_column": 2, "map_row": 1},
    {"record": WEB, "move_group": 1, "wave": 2, "map_column": 1, "map_row": 0},
    {"record": ERP, "move_group": 1, "wave": 2, "map_column": 1, "map_row": 2},
    {"record": FAR, "move_group": 1, "wave": 3, "map_column": 0, "map_row": 1},
    {"record": TWIN_A, "move_group": 2, "wave": 1, "in_cycle": True}
    | {"map_column": 4, "map_row": 0},
    {"record": TWIN_B, "move_group": 2, "wave": 1, "in_cycle": True}
    | {"map_column": 4, "map_row": 2},
]


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(
        candidates(*(one | {"key_fqdn": one["asset_name"]} for one in ASSETS)),
        edges=[{"edge": number} | edge for number, edge in enumerate(EDGES)],
        groups=GROUPS,
    )
    return found


def _drawn(estate: Estate, focus: str = "", **options: object) -> DependencyMap:
    with unit_of_work(estate.scope) as session:
        return DependencyMapService(session).drawn(
            estate.scope,
            MapFocus.from_word(focus),
            **options,  # pyright: ignore
        )


def _focus(estate: Estate, name: str) -> str:
    return f"asset:{estate.assets()[name]['id']}"


def _names(drawn: DependencyMap) -> set[str]:
    return {node.name for node in drawn.nodes}


def _ends(drawn: DependencyMap) -> set[tuple[str, str]]:
    name = {node.key: node.name for node in drawn.nodes}
    return {(name[link.source], name[link.destination]) for link in drawn.links}


def test_a_small_estate_is_drawn_whole_where_the_import_put_it(estate: Estate) -> None:
    drawn = _drawn(estate)

    assert {node.name: (node.column, node.row) for node in drawn.nodes} == {
        "far": (0, 1), "web": (1, 0), "erp": (1, 2), "db": (2, 1),
        "twin-a": (4, 0), "twin-b": (4, 2),
    }  # fmt: skip
    assert ("web", "bus") not in _ends(drawn)
    assert (drawn.nodes_in_all, drawn.links_in_all) == (6, 5)


def test_links_say_ports_flags_and_circles(estate: Estate) -> None:
    drawn = _drawn(estate)

    name = {node.key: node.name for node in drawn.nodes}
    links = {(name[one.source], name[one.destination]): one for one in drawn.links}
    assert links["web", "db"].ports == ("443 TCP", "5432 TCP")
    assert links["web", "db"].connections == 100
    assert [ends for ends, one in links.items() if one.cross_environment] == [
        ("erp", "db")
    ]
    assert {ends for ends, one in links.items() if one.in_cycle} == {
        ("twin-a", "twin-b"),
        ("twin-b", "twin-a"),
    }


def test_one_asset_stands_between_what_needs_it_and_what_it_needs(
    estate: Estate,
) -> None:
    drawn = _drawn(estate, _focus(estate, "db"))

    assert drawn.name == "db"
    column = {node.name: node.column for node in drawn.nodes}
    assert column == {"web": 0, "erp": 0, "db": 1, "10.9.9.9": 2}
    kinds = {node.name: node.kind for node in drawn.nodes}
    assert kinds["10.9.9.9"] is NodeKind.ENDPOINT
    assert [node.name for node in drawn.nodes if node.is_centre] == ["db"]


def test_two_steps_reach_on_but_not_through_a_shared_service(estate: Estate) -> None:
    one = _drawn(estate, _focus(estate, "web"))
    two = _drawn(estate, _focus(estate, "web"), hops=2)

    assert _names(one) == {"web", "db", "bus"}
    assert _names(two) == {"web", "db", "bus", "erp", "10.9.9.9"}
    assert ("erp", "bus") in _ends(two)


def test_noise_is_drawn_only_if_asked_for(estate: Estate) -> None:
    drawn = _drawn(estate, _focus(estate, "web"), noise=True)

    assert "twin-a" in _names(drawn)
    assert [link.noise for link in drawn.links].count(True) == 1


def test_an_unknown_endpoint_shows_who_talks_to_it(estate: Estate) -> None:
    drawn = _drawn(estate, "end:10.9.9.9")

    assert _ends(drawn) == {("db", "10.9.9.9")}
    assert drawn.name == "10.9.9.9"


def test_a_group_is_drawn_with_its_own_assets_only(estate: Estate) -> None:
    (row,) = estate.rows("select distinct session_id from move_groups")
    drawn = _drawn(estate, f"group:{row['session_id']}.2")

    assert {node.name: (node.column, node.row) for node in drawn.nodes} == {
        "twin-a": (0, 0),
        "twin-b": (0, 2),
    }


def test_applications_are_joined_by_what_their_assets_need(estate: Estate) -> None:
    drawn = _drawn(estate, by_application=True)

    assert {(node.name, node.assets) for node in drawn.nodes} == {
        ("Shop", 2), ("ERP", 1), ("Finance", 1),
        ("No application", 0), ("Unknown endpoints", 0),
    }  # fmt: skip
    assert {("ERP", "Shop"), ("Finance", "Shop")} <= _ends(drawn)
    places = {(node.column, node.row) for node in drawn.nodes}
    assert len(places) == len(drawn.nodes)


def test_an_application_shows_its_assets_and_whom_they_talk_to(estate: Estate) -> None:
    drawn = _drawn(estate, "app:shop")

    assert drawn.name == "Shop"
    assert {node.name for node in drawn.nodes if node.is_centre} == {"web", "db"}
    assert {("web", "db"), ("ERP", "db"), ("web", "No application")} <= _ends(drawn)


@pytest.mark.parametrize(
    "focus",
    [f"asset:{UUID(int=7)}", "end:nobody", "app:none", f"group:{UUID(int=7)}.1"],
)
def test_what_is_gone_is_said_to_be_gone(estate: Estate, focus: str) -> None:
    drawn = _drawn(estate, focus)

    assert drawn.is_gone
    assert drawn.nodes == ()


def test_another_engagements_asset_is_gone_too(
    estate: Estate, database: TestDatabase
) -> None:
    other = Estate(database)

    drawn = _drawn(other, _focus(estate, "web"))

    assert drawn.is_gone


def test_search_finds_assets_applications_and_unknown_ends(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        service = DependencyMapService(session)
        hits = [
            *service.found(estate.scope, "SHOP"),
            *service.found(estate.scope, "9.9"),
        ]
        asset = service.found(estate.scope, "twin-a")

    assert [(hit.kind, hit.name, hit.key) for hit in hits] == [
        (NodeKind.APPLICATION, "Shop", "app:shop"),
        (NodeKind.ENDPOINT, "10.9.9.9", "end:10.9.9.9"),
    ]
    assert [hit.key for hit in asset] == [_focus(estate, "twin-a")]


def test_shared_services_are_listed_with_how_many_need_them(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        (shared,) = DependencyMapService(session).shared_services(estate.scope)

    assert (shared.key, shared.name, shared.users) == (_focus(estate, "bus"), "bus", 2)


def test_an_empty_engagement_has_an_empty_map(database: TestDatabase) -> None:
    empty = Estate(database)

    for by_application in (False, True):
        drawn = _drawn(empty, by_application=by_application)
        assert (drawn.nodes, drawn.nodes_in_all, drawn.is_gone) == ((), 0, False)


@pytest.fixture
def large(database: TestDatabase) -> Estate:
    """One group of a hub with many leaves, and many groups of two."""
    leaves, pairs = MOST_NODES + 100, MOST_NODES + 50
    names = ["hub", *(f"leaf{n:04}" for n in range(leaves))]
    names += [f"pair{n:04}{side}" for n in range(pairs) for side in "ab"]
    rows = [
        {"asset_name": name, "key_fqdn": name}
        | ({"application_name": f"App {at % 7}"} if name[:4] == "leaf" else {})
        for at, name in enumerate(names)
    ]
    edges = [(at, 0) for at in range(1, leaves + 1)]
    edges += [(at, at + 1) for at in range(leaves + 1, len(names), 2)]
    groups = [
        {"record": at, "move_group": 1, "wave": 2 if at else 1}
        for at in range(leaves + 1)
    ]
    groups += [
        {"record": at + side, "move_group": at, "wave": 2 - side}
        for at in range(leaves + 1, len(names), 2)
        for side in (0, 1)
    ]
    found = Estate(database)
    found.publish(
        candidates(*rows),
        edges=[
            {"edge": n, "source_record": a, "source": names[a], "kind": "depends_on"}
            | {"destination_record": b, "destination": names[b]}
            for n, (a, b) in enumerate(edges)
        ],
        groups=groups,
    )
    return found


def test_what_is_too_much_to_draw_is_summed_up_and_counted(large: Estate) -> None:
    whole = _drawn(large)
    group = _drawn(large, whole.nodes[0].key)
    hub = _drawn(large, _focus(large, "hub"))

    assert whole.summed_up is NodeKind.GROUP
    assert (len(whole.nodes), whole.nodes_in_all) == (MOST_NODES, MOST_NODES + 51)
    assert whole.nodes[0].assets == MOST_NODES + 101
    assert group.summed_up is NodeKind.APPLICATION
    assert {node.name for node in group.nodes} == {
        "Wave 1, no application", *(f"App {n}" for n in range(7))
    }  # fmt: skip
    assert sum(link.dependencies for link in group.links) == MOST_NODES + 100
    assert len(hub.nodes) == MOST_NODES
    assert hub.nodes_in_all == MOST_NODES + 101


def test_places_are_found_anew_where_an_import_kept_none(
    database: TestDatabase,
) -> None:
    bare = [
        {name: one[name] for name in one if name[:4] != "map_"} for one in GROUPS
    ]  # fmt: skip
    estate = Estate(database)
    estate.publish(
        candidates(*(one | {"key_fqdn": one["asset_name"]} for one in ASSETS)),
        edges=[{"edge": number} | edge for number, edge in enumerate(EDGES)],
        groups=bare,
    )

    drawn = _drawn(estate)

    column = {node.name: node.column for node in drawn.nodes}
    assert column["far"] < column["erp"] < column["db"]


def test_two_imports_are_laid_out_beside_each_other(estate: Estate) -> None:
    """Each import has a map of its own, which begins in the same corner."""
    pair = ({"asset_name": "x", "key_fqdn": "x"}, {"asset_name": "y", "key_fqdn": "y"})
    estate.publish(
        candidates(*pair),
        edges=[
            {"edge": 0, "source_record": 0, "source": "x", "kind": "depends_on"}
            | {"destination_record": 1, "destination": "y"}
        ],
        groups=[
            {"record": 0, "move_group": 1, "wave": 2, "map_column": 0, "map_row": 1},
            {"record": 1, "move_group": 1, "wave": 1, "map_column": 1, "map_row": 0},
        ],
    )

    drawn = _drawn(estate)

    places = {(node.column, node.row) for node in drawn.nodes}
    assert len(drawn.nodes) == len(places) == 8
    assert len({node.group for node in drawn.nodes}) == 3
