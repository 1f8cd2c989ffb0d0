"""Health says what works, to everyone, and nothing more."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from discovery_app.api.app import build_api
from tests.conftest import TestDatabase, forget_settings


def ask(tmp_path: Path) -> tuple[int, dict[str, object]]:
    answer = TestClient(build_api(tmp_path)).get("/api/v1/health")
    return answer.status_code, answer.json()


@pytest.mark.usefixtures("database")
def test_a_database_without_runners_is_ok_and_says_so(tmp_path: Path):
    status, said = ask(tmp_path)

    assert (status, said["status"], said["migrations"]) == (200, "ok", "ok")
    assert said["runners_alive"] == 0
    assert "No runner" in str(said["detail"])


def test_a_database_without_our_schema_is_failing(
    tmp_path: Path, empty_database: TestDatabase
):
    status, said = ask(tmp_path)

    assert (status, said["status"], said["migrations"]) == (503, "failing", "wrong")


def test_no_database_is_failing_and_names_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    forget_settings()

    status, said = ask(tmp_path)

    assert (status, said["database"]) == (503, "away")
    assert "127.0.0.1" not in str(said)
