from dataclasses import replace

import pytest

from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.analysis_settings import (
    DEFAULTS,
    AnalysisSettings,
    check_settings,
    ports_text,
    read_ports,
)
from discovery_app.knowledge.ports import NoisePort, OnlyIf
from discovery_app.knowledge.treatments import Thresholds


def test_the_defaults_can_be_written_down_and_read_back():
    check_settings(DEFAULTS)
    assert read_ports(ports_text(DEFAULTS.noise_ports)) == DEFAULTS.noise_ports


def test_reads_ports_as_people_write_them():
    text = " 22  SSH\n\n389 directory only to domain controllers\n445 x only backup"

    assert read_ports(text) == (
        NoisePort(22, "ssh"),
        NoisePort(389, "directory", OnlyIf.TO_DOMAIN_CONTROLLER),
        NoisePort(445, "x", OnlyIf.BACKUP),
    )
    assert read_ports("") == ()


@pytest.mark.parametrize(
    "line", ["ssh", "ssh 22", "22", "22 ssh only sometimes", "1 ="]
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(InvalidInputError, match="line 2"):
        read_ports(f"22 ssh\n{line}")


@pytest.mark.parametrize(
    "lines",
    [
        {"zombie_percent": 0.0},
        {"zombie_percent": 20.0},
        {"zombie_percent": float("nan")},
        {"idle_percent": 101.0},
        {"window_days": 0},
        {"window_days": 4_000},
        {"refactor_components": 0},
        {"refactor_components": 101},
    ],
)
def test_lines_that_make_no_sense_are_refused(lines):
    with pytest.raises(InvalidInputError, match="were not changed"):
        check_settings(AnalysisSettings(thresholds=Thresholds(**lines)))


@pytest.mark.parametrize(
    "ports",
    [
        (NoisePort(0, "x"),),
        (NoisePort(65_536, "x"),),
        (NoisePort(22, "x"), NoisePort(22, "y")),
        tuple(NoisePort(n, "x") for n in range(1, 202)),
    ],
)
def test_ports_that_make_no_sense_are_refused(ports):
    with pytest.raises(InvalidInputError, match="were not changed"):
        check_settings(replace(DEFAULTS, noise_ports=ports))
