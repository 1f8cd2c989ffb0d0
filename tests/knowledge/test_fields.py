import json

import pytest

from discovery_app.knowledge.fields import (
    ASSET_FIELDS,
    CORE_FIELDS,
    EDGE_FIELDS,
    EDGE_PREFIX,
    IDENTITY_FIELDS,
    ambiguous_headers,
    asset_spellings,
    edge_spellings,
    is_target,
    target_choices,
    target_label,
)
from discovery_app.knowledge.values import enumeration_choices
from tests.conftest import ROOT

RESEARCH = ROOT.parent / "shared" / "data"
TYPES = {
    "string",
    "int",
    "float",
    "money",
    "bool",
    "date",
    "datetime",
    "list",
    "enum",
    "map",
}


def test_has_the_fields_of_the_schema():
    assert len(ASSET_FIELDS) == 67
    assert len(EDGE_FIELDS) == 15
    assert {field.type for field in ASSET_FIELDS.values()} == TYPES


def test_carries_over_every_spelling_of_the_research():
    source = RESEARCH / "asset_schema.json"
    if not source.exists():
        pytest.skip("the research folder is not installed beside the project")
    ours = {
        (spelling.field, spelling.source, spelling.header)
        for spellings in asset_spellings().values()
        for spelling in spellings
    }

    theirs = {
        (field["name"], name, header if isinstance(header, str) else header[0])
        for field in json.loads(source.read_text())["fields"]
        for name, headers in field["headers"].items()
        for header in headers
    }

    assert len(theirs) > 600
    assert theirs - ours == set()


def test_first_page_fields_are_those_of_the_research():
    source = RESEARCH / "core_fields.json"
    if not source.exists():
        pytest.skip("the research folder is not installed beside the project")
    assert list(CORE_FIELDS) == [
        name for name in ASSET_FIELDS if name in json.loads(source.read_text())
    ]
    assert len(CORE_FIELDS) == 44


def test_enumerations_allow_the_words_that_cleansing_writes():
    different = {
        name
        for name, field in ASSET_FIELDS.items()
        if field.type == "enum" and set(field.allowed) != set(enumeration_choices(name))
    }
    assert different == set()


def test_ambiguous_headers_name_fields_that_exist():
    assert set(ambiguous_headers()) >= {
        "cpu",
        "cpucount",
        "devicetype",
        "host",
        "prozessoren",
        "purpose",
        "speicher",
        "state",
        "tier",
        "vmid",
    }
    named = {field for fields in ambiguous_headers().values() for field in fields}
    assert named <= set(ASSET_FIELDS)


def test_only_ambiguous_headers_mean_two_things():
    both = {
        header
        for header, spellings in asset_spellings().items()
        if len({spelling.field for spelling in spellings}) > 1
    }
    assert both <= set(ambiguous_headers())


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("kritikalitt", "business_criticality"),
        ("kritikalitat", "business_criticality"),
        ("kritikalitaet", "business_criticality"),
        ("systemedexploitation", "operating_system"),
        ("direccionip", "ip_address"),
    ],
)
def test_knows_foreign_headers_with_and_without_accents(header, field):
    assert {spelling.field for spelling in asset_spellings()[header]} == {field}


def test_knows_connection_headers():
    assert {s.field for s in edge_spellings()["destinationport"]} == {"dest_port"}


def test_offers_every_field_once_with_a_label_and_a_group():
    choices = target_choices()

    assert sorted(name for name, _, _ in choices) == sorted(ASSET_FIELDS)
    assert all(label and group for _, label, group in choices)
    groups = [group for _, _, group in choices]
    assert len(dict.fromkeys(groups)) == sum(
        1 for place, group in enumerate(groups) if groups[place - 1 : place] != [group]
    )


def test_offers_connection_fields_for_connection_tables():
    names = [name for name, _, _ in target_choices("connections")]
    assert names == [f"{EDGE_PREFIX}{name}" for name in EDGE_FIELDS]


def test_labels_tell_fields_apart():
    labels = [label for _, label, _ in target_choices()]
    assert len(set(labels)) == len(labels)
    assert target_label("edge.dest_port") == "Destination port"


def test_knows_what_a_target_may_be():
    assert is_target("memory_mb")
    assert is_target("edge.source_ip")
    assert not is_target("source_ip")
    assert not is_target("shoe_size")
    assert set(IDENTITY_FIELDS) <= set(ASSET_FIELDS)
