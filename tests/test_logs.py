"""What the log says, and what it never says."""

import json
import logging
import threading

import pytest

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.phase_logs import FIRST_LINES, LAST_LINES, LINE_LENGTH
from discovery_app.errors import MissingInputError, UnavailableError
from discovery_app.logs import (
    add_log_ids,
    begin_request,
    collected_lines,
    current_ids,
    log_ids,
    write_log,
)
from tests.factories import make_scope

MARK = "payroll-of-jane"
logger = logging.getLogger("discovery_app.tests")


@pytest.fixture
def written(monkeypatch, capsys):
    """Begins to write the log; returns what reads it, line by line."""
    root, own = logging.getLogger(), logging.getLogger("discovery_app")
    before = root.handlers[:], root.level, own.level

    def begin(how):
        monkeypatch.setenv("DISCOVERY_LOG_FORMAT", how)
        settings.cache_clear()
        write_log()
        return lambda: capsys.readouterr().err.splitlines()

    yield begin
    root.handlers[:], level, own_level = before
    root.setLevel(level)
    own.setLevel(own_level)


def quoting_error():
    try:
        try:
            int(MARK)
        except ValueError as error:
            raise RuntimeError(f"row 7 says {MARK}") from error
    except RuntimeError as error:
        return error


def test_json_names_what_an_entry_belongs_to(written):
    lines = written("json")

    with log_ids(workflow="w-1", phase="data_validation", attempt=2):
        logger.info("%d rows read", 5)

    (entry,) = map(json.loads, lines())
    assert entry["message"] == "5 rows read"
    assert (entry["level"], entry["logger"]) == ("info", "discovery_app.tests")
    assert (entry["workflow"], entry["phase"], entry["attempt"]) == (
        "w-1",
        "data_validation",
        "2",
    )


def test_text_names_it_at_the_end_of_the_line(written):
    lines = written("text")

    with log_ids(workflow="w-1"), log_ids(phase="data_validation"):
        logger.warning("Slow")

    (line,) = lines()
    assert line.endswith(
        "WARNING discovery_app.tests: Slow [workflow=w-1 phase=data_validation]"
    )


@pytest.mark.parametrize("how", ["json", "text"])
def test_an_exception_is_written_without_its_words(written, how):
    lines = written(how)

    logger.error("The phase failed", exc_info=quoting_error())
    logger.warning("Not now: %s", quoting_error())
    logger.warning(quoting_error())
    logger.warning("Not now: %s", MissingInputError("phase", MARK))

    text = "\n".join(lines())
    assert MARK not in text
    assert "RuntimeError" in text
    assert "caused by ValueError" in text
    assert "quoting_error" in text


def test_our_own_words_about_the_installation_are_written(written):
    lines = written("text")

    logger.warning("Not now: %s", UnavailableError("The storage is full."))

    assert lines()[0].endswith("Not now: UnavailableError: The storage is full.")


def test_an_entry_is_one_line_whatever_it_says(written):
    lines = written("text")

    logger.info("Reading %s", "a.csv\n2026-01-01 INFO forged: entry")

    assert len(lines()) == 1


def test_libraries_are_heard_only_when_they_warn(written):
    lines = written("text")

    logging.getLogger("httpx").info("POST /chat %s", MARK)
    logging.getLogger("uvicorn.error").warning("Invalid request")

    assert [line.partition("Z ")[2] for line in lines()] == [
        "WARNING uvicorn.error: Invalid request"
    ]


def test_a_request_is_named_in_the_threads_it_waits_for():
    def request():
        begin_request("r-1")
        inner = threading.Thread(target=lambda: None)
        inner.start()
        inner.join()
        add_log_ids(engagement="e-1")
        found.append(dict(current_ids()))

    found = []
    thread = threading.Thread(target=request)
    thread.start()
    thread.join()

    assert found == [{"request": "r-1", "engagement": "e-1"}]
    assert current_ids() == {}


def test_a_unit_of_work_names_its_tenant(database):
    scope = make_scope()

    with unit_of_work(scope):
        inside = dict(current_ids())

    assert inside == {
        "client_account": str(scope.client_account_id),
        "engagement": str(scope.engagement_id),
    }
    assert current_ids() == {}


def test_collected_lines_are_bounded():
    with collected_lines() as lines:
        for number in range(1_000):
            logger.info("line %d %s", number, "x" * 1_000)

    kept = lines.lines
    assert len(kept) == FIRST_LINES + LAST_LINES
    assert lines.left_out == 1_000 - len(kept)
    assert [kept[0].message.split()[1], kept[-1].message.split()[1]] == ["0", "999"]
    assert {len(line.message) for line in kept} == {LINE_LENGTH}


def test_lines_of_elsewhere_are_not_collected():
    with collected_lines() as lines:
        other = threading.Thread(target=logger.warning, args=["from elsewhere"])
        other.start()
        other.join()
        logging.getLogger("polars").warning(MARK)
    logger.warning("after the block")

    assert lines.lines == ()
