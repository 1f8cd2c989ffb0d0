from datetime import UTC, datetime

import polars as pl
import pytest

from discovery_app.phases import dependency_analysis
from tests.phases.judgement_context import connections_of, context_of, records_of


def _run(records, connections=()):
    frames = {
        ("data_cleansing", "records"): records_of(*records),
        ("data_cleansing", "connections"): connections_of(*connections),
    }
    return dependency_analysis.run(context_of(frames))


def _edges(result):
    return result.frames["edges"].rows(named=True)


def _assets(*names, **common):
    return [{"asset_name": name, **common} for name in names]


def _calls(source, destination, port=443, **more):
    return {
        "source_name": source, "dest_name": destination, "dest_port": port, **more
    }  # fmt: skip


def test_says_so_when_there_is_nothing_to_connect():
    result = _run(_assets("a", "b"))

    assert result.summary == "No connections or depends_on columns in this import"
    assert result.items_in == 0
    assert result.output.edges == 0
    assert result.frames["groups"].is_empty()


@pytest.mark.parametrize(
    "written",
    ["B", "b.corp.local", "web02", "10.0.0.2", "B.other.domain", "CI-7"],
)
def test_finds_the_asset_by_any_name_or_address_of_its_own(written):
    records = [
        {"asset_name": "a"},
        {
            "asset_name": "b",
            "hostname": "web02",
            "fqdn": "b.corp.local",
            "ip_address": ["10.0.0.2", "fe80::2"],
            "external_id": "ci-7",
        },
    ]

    (edge,) = _edges(_run(records, [_calls("a", written)]))

    assert (edge["destination_record"], edge["destination"]) == (1, "b")


def test_leaves_a_shared_address_unresolved_and_says_so():
    records = [
        {"asset_name": "a"},
        {"asset_name": "b", "ip_address": ["10.0.0.9"]},
        {"asset_name": "c", "ip_address": ["10.0.0.9"]},
    ]
    call = {"source_name": "a", "dest_ip": "10.0.0.9", "dest_port": 443}

    result = _run(records, [call])

    (edge,) = _edges(result)
    assert (edge["destination_record"], edge["destination"]) == (None, "10.0.0.9")
    assert result.issues["rule"].to_list() == ["ambiguous_endpoint"]
    assert result.frames["unknown_endpoints"].rows(named=True) == [
        {"endpoint": "10.0.0.9", "direction": "destination", "talkers": ["a"],
         "edges": 1}
    ]  # fmt: skip


def test_adds_equal_edges_up():
    first = datetime(2026, 1, 1, tzinfo=UTC)
    last = datetime(2026, 5, 1, tzinfo=UTC)
    calls = [
        _calls("a", "b", protocol="TCP", connection_count=3, observed_at=last),
        _calls("A", "b", protocol="tcp", bytes_total=10, observed_at=first),
        _calls("a", "b", 8443, protocol="tcp"),
    ]

    edges = _edges(_run(_assets("a", "b"), calls))

    assert [edge["port"] for edge in edges] == [443, 8443]
    assert (edges[0]["connection_count"], edges[0]["bytes_total"]) == (4, 10)
    assert (edges[0]["first_observed"], edges[0]["last_observed"]) == (first, last)
    assert edges[0]["evidence"].endswith("row 2 and 1 more")
    assert edges[1]["bytes_total"] is None


def test_follows_references_and_turns_northbound_ones():
    records = [
        {"asset_name": "web", "depends_on": ["db", "cache"]},
        {
            "asset_name": "db",
            "depends_on": ["erp"],
            "dependency_direction": "northbound",
        },
        {"asset_name": "erp"},
    ]

    result = _run(records)

    assert [(e["source"], e["destination"], e["kind"]) for e in _edges(result)] == [
        ("erp", "db", "depends_on"),
        ("web", "cache", "depends_on"),
        ("web", "db", "depends_on"),
    ]
    assert result.items_in == 3


def test_a_reference_counts_for_its_own_row_even_if_the_name_is_shared():
    records = [
        {"asset_name": "web", "depends_on": ["db"]},
        {"asset_name": "web"},
        {"asset_name": "db"},
    ]

    (edge,) = _edges(_run(records))

    assert (edge["source_record"], edge["destination_record"]) == (0, 2)


def test_connects_applications_where_no_host_is_named():
    call = {"source_application": "Gateway", "dest_application": "Inventory"}

    (edge,) = _edges(_run(_assets("gateway", "inventory"), [call]))

    assert edge["kind"] == "application"
    assert (edge["source_record"], edge["destination_record"]) == (0, 1)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (_calls("a", "b", 22), "ssh"),
        (_calls("a", "b", 3389), "remote_desktop"),
        (_calls("a", "b", 53), "dns"),
        (_calls("a", "corp-dc01", 389), "domain_controller"),
        (_calls("a", "b", 389), None),
        (_calls("a", "b", 445), None),
        (_calls("a", "veeam01", 445), "backup"),
        (_calls("a", "b", 445, source_process="backupexec.exe"), "backup"),
        (_calls("a", "a"), "self"),
        (_calls("a", "b"), None),
    ],
)
def test_sets_management_traffic_apart(call, reason):
    result = _run(_assets("a", "b", "corp-dc01", "veeam01"), [call])

    (edge,) = _edges(result)
    assert edge["noise_reason"] == reason
    assert edge["noise"] is (reason is not None)
    assert result.items_excluded == (1 if reason else 0)
    assert result.output.noise == result.items_excluded


def test_a_controller_is_known_by_its_role_or_by_its_ports():
    records = [{"asset_name": "a"}, {"asset_name": "x", "server_role": "dc"},
               {"asset_name": "y"}]  # fmt: skip
    calls = [
        _calls("a", "x", 636),
        _calls("a", "y", 88),
        _calls("a", "y", 389),
    ]

    assert all(edge["noise"] for edge in _edges(_run(records, calls)))


def test_a_target_of_many_applications_is_a_shared_service():
    records = [
        {"asset_name": f"s{n}", "application_name": f"app{n}"} for n in range(11)
    ]
    records += [{"asset_name": "bus"}, {"asset_name": "own"}]
    calls = [_calls(f"s{n}", "bus") for n in range(3)]
    calls += [_calls(f"s{n}", "own") for n in range(2)]

    result = _run(records, calls)

    shared = {e["destination"] for e in _edges(result) if e["shared_service"]}
    assert shared == {"bus"}
    assert result.output.shared_services == 1
    assert 11 not in result.frames["groups"]["record"].to_list()


def test_what_one_application_uses_is_not_shared_however_few_there_are():
    records = [{"asset_name": f"s{n}", "application_name": f"app{n}"} for n in range(3)]

    edges = _edges(_run(records, [_calls("s0", "s1"), _calls("s1", "s2")]))

    assert not any(edge["shared_service"] for edge in edges)


def test_a_fifth_of_many_applications_is_needed():
    records = [
        {"asset_name": f"s{n}", "application_name": f"app{n}"} for n in range(50)
    ]
    records += [{"asset_name": "ten"}, {"asset_name": "nine"}]
    calls = [_calls(f"s{n}", "ten") for n in range(10)]
    calls += [_calls(f"s{n}", "nine") for n in range(9)]

    shared = {e["destination"] for e in _edges(_run(records, calls))
              if e["shared_service"]}  # fmt: skip

    assert shared == {"ten"}


def test_what_is_needed_moves_in_an_earlier_wave():
    calls = [_calls("web", "app"), _calls("app", "db"), _calls("x", "y")]

    result = _run(_assets("web", "app", "db", "x", "y", "alone"), calls)

    groups = result.frames["groups"].select("record", "move_group", "wave", "in_cycle")
    assert groups.rows() == [
        (0, 1, 3, False),
        (1, 1, 2, False),
        (2, 1, 1, False),
        (3, 2, 2, False),
        (4, 2, 1, False),
    ]
    assert (result.output.move_groups, result.output.waves) == (2, 3)


def test_a_circle_moves_as_one_and_its_members_are_shown():
    calls = [_calls("a", "b"), _calls("b", "c"), _calls("c", "a"), _calls("c", "d")]

    result = _run(_assets("a", "b", "c", "d"), calls)

    groups = result.frames["groups"]
    assert groups["in_cycle"].to_list() == [True, True, True, False]
    assert groups["wave"].to_list() == [2, 2, 2, 1]
    (issue,) = result.issues.rows(named=True)
    assert (issue["rule"], issue["severity"]) == ("dependency_cycle", "info")
    assert "a, b, c" in issue["message"]


def test_flags_edges_between_known_environments_that_differ():
    records = [
        {"asset_name": "p", "environment": "production"},
        {"asset_name": "t", "environment": "test"},
        {"asset_name": "u", "environment": "unknown"},
        {"asset_name": "n"},
    ]
    calls = [_calls("p", "t"), _calls("p", "u"), _calls("p", "n")]

    crossing = {e["destination"]: e["cross_environment"]
                for e in _edges(_run(records, calls))}  # fmt: skip

    assert crossing == {"t": True, "u": False, "n": False}


def test_an_end_outside_the_inventory_joins_no_groups():
    calls = [_calls("a", "8.8.8.8"), _calls("b", "8.8.8.8")]

    result = _run(_assets("a", "b"), calls)

    assert result.frames["groups"]["move_group"].to_list() == [1, 2]
    assert result.output.unknown_endpoints == 1
    (unknown,) = result.frames["unknown_endpoints"].rows(named=True)
    assert (unknown["talkers"], unknown["edges"]) == (["a", "b"], 2)


def test_rejects_a_row_without_an_end_and_accounts_for_it():
    result = _run(_assets("a", "b"), [_calls("a", None), _calls("a", "b", 22)])

    assert (result.items_in, result.items_out) == (2, 0)
    assert (result.items_rejected, result.items_excluded) == (1, 1)
    issue = result.issues.row(0, named=True)
    assert (issue["rule"], issue["row"], issue["column"]) == (
        "no_endpoint",
        2,
        "destination",
    )


def test_gives_the_same_frames_whatever_the_order_of_work():
    records = [
        {"asset_name": f"s{n}", "depends_on": [f"s{(n * 7) % 40}"]} for n in range(40)
    ]

    one, other = _run(records), _run(records)

    for name, frame in one.frames.items():
        assert frame.equals(other.frames[name])
    assert isinstance(one.frames["groups"].schema["move_group"], pl.Int32)


def test_an_asset_stands_where_it_stood_whatever_the_order_of_rows():
    names = [f"s{n:02}" for n in range(40)]
    calls = [_calls(f"s{n:02}", f"s{n * 7 % 40:02}") for n in range(40)]
    turned = [names[n * 11 % 40] for n in range(40)]

    one = _places(_run(_assets(*names), calls), names)
    other = _places(_run(_assets(*turned), calls[::-1]), turned)

    assert one == other
    assert len(set(one.values())) == len(one)


def _places(result, names):
    places = result.frames["groups"].select("record", "map_column", "map_row")
    return {names[record]: (column, row) for record, column, row in places.rows()}


def test_what_a_person_accepts_as_failed_has_no_places():
    groups = dependency_analysis.accepted(context_of({}).state).frames["groups"]

    assert groups.is_empty()
    assert {"map_column", "map_row"} <= set(groups.columns)
