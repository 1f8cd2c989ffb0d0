"""The compose file and the Dockerfile say what the code knows; no engine runs here."""

import re

import pytest
import yaml
from typer.main import get_command

from discovery_app.cli import app
from discovery_app.config import Settings
from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text()
FOREIGN = {"DATABASE_URL", "DATABASE_OWNER_URL", "REFLEX_REDIS_URL"}


def test_every_service_waits_for_one_that_is_there():
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", [])) <= set(SERVICES), name


def test_every_volume_and_config_is_declared():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        for config in service.get("configs", []):
            assert config["source"] in COMPOSE["configs"]


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
def test_our_services_run_commands_that_there_are(name):
    command, *options = SERVICES[name]["command"]

    known = get_command(app).commands[command]

    flags = {flag for one in known.params for flag in one.opts}
    assert {one for one in options if one.startswith("--")} <= flags


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
def test_our_services_are_told_settings_that_there_are(name):
    told = SERVICES[name]["environment"]
    ours = {one for one in told if one.startswith("DISCOVERY_")}

    fields = {one.removeprefix("DISCOVERY_").lower() for one in ours}
    assert fields <= set(Settings.model_fields)
    assert {
        one for one in told if not one.startswith(("DISCOVERY_", "AWS_"))
    } <= FOREIGN
    assert ("DATABASE_OWNER_URL" in told) == (name == "migrate")


def test_a_container_has_time_to_drain():
    grace = SERVICES["worker"]["stop_grace_period"]
    supervisor_seconds = Settings.model_fields["drain_seconds"].default + 5
    assert int(grace.removesuffix("s")) > supervisor_seconds


def test_the_database_is_ready_only_once_others_can_reach_it():
    # The image's server for setting up answers on the socket and not by TCP.
    assert "-h" in SERVICES["database"]["healthcheck"]["test"]


def test_the_webs_health_is_asked_where_it_is_told():
    *_, program = SERVICES["web"]["healthcheck"]["test"]
    compile(program, "healthcheck", "exec")
    port = Settings.model_fields["port"].default
    assert f"http://localhost:{port}/api/v1/health" in program
    assert f"{port}:{port}" in SERVICES["web"]["ports"]


def test_the_page_shows_a_proxy_that_leads_a_person_to_one_process():
    blocks = dict(
        re.findall(r"```(\w+)\n(upstream.*?|services:.*?)```", DEPLOYMENT, re.S)
    )
    named = re.findall(r"server ([\w-]+):\d+;", blocks["nginx"])
    assert "hash $cookie_discovery_session" in blocks["nginx"]
    assert named == [f"{COMPOSE['name']}-web-{number}" for number in (1, 2)]
    override = yaml.safe_load(blocks["yaml"].replace("!reset", ""))
    assert override["services"]["web"]["ports"] == []


def test_the_page_names_every_variable_that_has_to_be_set():
    text = (ROOT / "compose.yaml").read_text()
    for name in set(re.findall(r"\$\{(\w+):\?", text)):
        assert f"{name}=…" in DEPLOYMENT


def test_the_image_starts_the_command_line():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert 'ENTRYPOINT ["python", "-m", "discovery_app"]' in lines
    assert any(line.startswith("USER ") for line in lines), "It must not run as root."
    ignored = (ROOT / ".dockerignore").read_text().split()
    local = {
        ".env",
        ".discovery",
        ".git",
        ".venv*",
        ".web",
        ".states",
        "uploaded_files",
    }
    assert local <= set(ignored)
