"""What the words in cells mean."""

import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.values import (
    boolean,
    enumeration,
    enumeration_choices,
    placeholders,
    split_list,
    tag_map,
)


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("environment", "PRD", "production"),
        ("environment", "Pre-Production", "staging"),
        ("environment", "Entwicklung", "development"),
        ("environment", "Disaster Recovery", "dr"),
        ("power_state", "poweredOn", "on"),
        ("power_state", "Powered Off", "off"),
        ("business_criticality", "1 - most critical", "critical"),
        ("business_criticality", "Tier 0", "critical"),
        ("business_criticality", "Gold", "high"),
        ("operational_status", "Non-Operational", "inactive"),
        ("operational_status", "7", "retired"),
        ("asset_type", "cmdb_ci_linux_server", "server"),
        ("asset_type", "Laptop", "endpoint"),
        ("boot_type", "efi", "uefi"),
        ("os_architecture", "64-bit", "x64"),
        ("six_r_source", "Re-Host", "rehost"),
        ("power_state", "Ausgeschaltet", "off"),
        ("power_state", "Allumée", "on"),
        ("power_state", "Detenido", "off"),
        ("environment", "Recette", "test"),
        ("environment", "PREPRODUCCION", "staging"),
        ("environment", "Entwicklungsumgebung", "development"),
        ("business_criticality", "Très haute", "critical"),
        ("business_criticality", "Elevee", "high"),
        ("business_criticality", "Crítica", "critical"),
        ("business_criticality", "unkritisch", "low"),
        ("operational_status", "Fuera de servicio", "retired"),
        ("operational_status", "Hors service", "retired"),
        ("asset_type", "Servidor virtual", "virtual_machine"),
        ("server_role", "Serveur de base de données", "db"),
    ],
)
def test_knows_the_words_of_sources(field, text, word):
    assert enumeration(field, text) == word


@pytest.mark.parametrize("text", ["non-production", "prod or test", "", "?", "3"])
def test_does_not_guess_at_words_it_does_not_know(text):
    assert enumeration("environment", text) is None


def test_a_bare_number_is_no_criticality():
    assert enumeration("business_criticality", "1") is None


def test_every_enumeration_of_the_schema_has_a_table_with_its_words():
    for field in ASSET_FIELDS.values():
        if field.type == "enum":
            assert set(enumeration_choices(field.name)) == set(field.allowed), (
                field.name
            )


def test_no_word_stands_for_two_values_of_a_field():
    for field in ASSET_FIELDS.values():
        for word in field.allowed:
            assert enumeration(field.name, word) == word


@pytest.mark.parametrize("text", ["True", "YES", "1", "ja", "Oui"])
def test_reads_yes_in_several_languages(text):
    assert boolean(text) is True


@pytest.mark.parametrize("text", ["False", "no", "0", "nein", "non"])
def test_reads_no_in_several_languages(text):
    assert boolean(text) is False


def test_virtual_and_physical_answer_is_virtual_only():
    assert boolean("Physical", "is_virtual") is False
    assert boolean("Physical", "is_template") is None


def test_placeholders_depend_on_the_field():
    assert {"n/a", "tbd", "?", "#ref!", "unknown"} <= placeholders()
    assert "unknown" not in placeholders("environment")
    assert "xxx" not in placeholders("asset_name")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[10.0.0.4,fe80::1];", ("10.0.0.4", "fe80::1")),
        ("a; b ,c\nd|a", ("a", "b", "c", "d")),
        ("[];", ()),
        ("one", ("one",)),
    ],
)
def test_splits_several_values_in_a_cell(text, parts):
    assert split_list(text) == parts


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("CostCenter=123;BU=IT", {"CostCenter": "123", "BU": "IT"}),
        ("owner: Ann, team: x", {"owner": "Ann", "team": "x"}),
        ('{"a": "b", "n": 1}', {"a": "b", "n": "1"}),
        ("legacy;critical", {"legacy": "", "critical": ""}),
        ("{not json", {"not json": ""}),
    ],
)
def test_reads_tags(text, tags):
    assert tag_map(text) == tags
