from discovery_app.database import unit_of_work
from discovery_app.services.move_groups import MoveGroupService, MoveGroupView
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates


def groups(estate: Estate, **page: int) -> tuple[MoveGroupView, ...]:
    with unit_of_work(estate.scope) as session:
        return MoveGroupService(session).page(estate.scope, **page)


def estate_of_two_groups(database: TestDatabase) -> Estate:
    """Publish a shop of three assets in two waves, and a lone pair."""
    estate = Estate(database)
    estate.publish(
        candidates(
            {"asset_name": "web", "environment": "production"},
            {"asset_name": "db", "environment": "production"},
            {"asset_name": "mq", "environment": "test"},
            {"asset_name": "a"},
            {"asset_name": "b"},
            {"asset_name": "alone"},
        ),
        groups=[
            {"record": 0, "move_group": 1, "wave": 2, "in_cycle": False},
            {"record": 1, "move_group": 1, "wave": 1, "in_cycle": False},
            {"record": 2, "move_group": 1, "wave": 1, "in_cycle": False},
            {"record": 3, "move_group": 2, "wave": 1, "in_cycle": True},
            {"record": 4, "move_group": 2, "wave": 1, "in_cycle": True},
        ],
    )
    return estate


def test_sums_up_each_group(database: TestDatabase):
    first, second = groups(estate_of_two_groups(database))

    assert (first.group_number, first.assets, first.in_cycles) == (1, 3, 0)
    assert (first.first_wave, first.last_wave) == (1, 2)
    assert set(first.environments) == {"production", "test"}
    assert (second.group_number, second.assets, second.in_cycles) == (2, 2, 2)
    assert second.environments == ()


def test_pages_through_the_groups(database: TestDatabase):
    estate = estate_of_two_groups(database)

    pages = [groups(estate, offset=n, limit=1) for n in range(3)]

    assert [[one.group_number for one in page] for page in pages] == [[1], [2], []]


def test_lists_the_members_by_wave(database: TestDatabase):
    estate = estate_of_two_groups(database)
    first = groups(estate)[0]

    with unit_of_work(estate.scope) as session:
        members = MoveGroupService(session).members(
            estate.scope, first.session_id, first.group_number
        )

    assert [(one.wave, one.asset_name) for one in members] == [
        (1, "db"),
        (1, "mq"),
        (2, "web"),
    ]


def test_says_nothing_of_another_engagement(database: TestDatabase):
    estate = estate_of_two_groups(database)
    found, other = groups(estate)[0], Estate(database)

    with unit_of_work(other.scope) as session:
        service = MoveGroupService(session)
        members = service.members(other.scope, found.session_id, found.group_number)

    assert groups(other) == ()
    assert members == ()


def test_says_which_shared_services_a_group_needs_beside_itself(database: TestDatabase):
    estate = Estate(database)
    names = ("web", "db", "bus")
    calls = [(0, 1, {}), (0, 2, {"shared_service": True})]
    calls += [(1, 2, {"shared_service": True, "noise": True})]
    estate.publish(
        candidates(*({"asset_name": name} for name in names)),
        edges=[
            {"edge": n, "source_record": a, "source": names[a], "kind": "connection"}
            | {"destination_record": b, "destination": names[b], "port": n, **more}
            for n, (a, b, more) in enumerate(calls)
        ],
        groups=[
            {"record": 0, "move_group": 1, "wave": 2},
            {"record": 1, "move_group": 1, "wave": 1},
        ],
    )
    (group,) = groups(estate)

    with unit_of_work(estate.scope) as session:
        service = MoveGroupService(session)
        found = service.also_needs(estate.scope, group.session_id, 1)
        nothing = service.also_needs(estate.scope, group.session_id, 2)

    assert found == ("bus",)
    assert nothing == ()
