"""One way in each layer: one commit, one session factory, one writer of state."""

import ast
from pathlib import Path

import pytest

import discovery_app

PACKAGE = Path(discovery_app.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
DATABASE = {path for path in FILES if path.parent.name == "database"}
STATE_TABLES = {"WorkflowState", "WorkflowLease", "WorkflowPhaseRun", "WorkflowEvent"}
STATE_NAMES = (
    "workflow_states",
    "workflow_leases",
    "workflow_phase_runs",
    "workflow_events",
)


def name_of(path):
    return str(path.relative_to(PACKAGE))


def nodes(path):
    return ast.walk(ast.parse(path.read_text()))


def calls(path):
    for node in nodes(path):
        if isinstance(node, ast.Call):
            function = node.func
            name = getattr(function, "attr", getattr(function, "id", ""))
            yield name, node


def test_nothing_outside_the_database_package_commits():
    callers = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        if path not in DATABASE
        for name, node in calls(path)
        if name == "commit"
    ]
    assert callers == []


@pytest.mark.parametrize("maker", ["Session", "create_engine", "sessionmaker"])
def test_nothing_outside_the_database_package_opens_a_session(maker):
    callers = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        if path not in DATABASE
        for name, node in calls(path)
        if name == maker
    ]
    assert callers == []


def test_no_sql_is_built_from_strings():
    built = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for name, node in calls(path)
        if name == "text"
        and node.args
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") in {"sa", "sqlalchemy"}
    ]
    assert built == []


def test_only_the_workflow_state_service_writes_workflow_state():
    """Anyone may import a table to join it; no one else may make or change a row."""
    writers = set()
    for path in FILES:
        if path.parent.name == "models" or path.stem.startswith("workflow_"):
            continue
        for name, node in calls(path):
            arguments = {getattr(one, "id", "") for one in node.args}
            changes = name in {"update", "insert", "delete"}
            if name in STATE_TABLES or (changes and arguments & STATE_TABLES):
                writers.add(f"{name_of(path)}:{node.lineno}")
        text = path.read_text().lower()
        for table in STATE_NAMES:
            if f"update {table}" in text or f"insert into {table}" in text:
                writers.add(name_of(path))
    assert writers == set()
