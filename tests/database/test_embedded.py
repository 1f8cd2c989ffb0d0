import os
import signal
import socket
import stat
import subprocess
import sys
import time

import psycopg
import pytest

from discovery_app.database import EmbeddedServer
from discovery_app.database.addresses import driver_address, socket_url
from discovery_app.database.cluster import socket_folder
from discovery_app.errors import ConfigurationError, UnavailableError
from tests.conftest import ROOT

START = """
import sys
from pathlib import Path
from discovery_app.database import EmbeddedServer

server = EmbeddedServer.start_or_attach(Path(sys.argv[1]), durable=False)
print(server.started, server.pid(), flush=True)
sys.stdin.read()
"""


def ask(server, question):
    where = socket_url(str(socket_folder(server.folder)), "postgres", "postgres")
    with psycopg.connect(driver_address(where), autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def start(data_dir):
    return EmbeddedServer.start_or_attach(data_dir, durable=False)


def in_a_process(data_dir):
    return subprocess.Popen(
        [sys.executable, "-c", START, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_starts_durable_and_on_no_network(place):
    server = EmbeddedServer.start_or_attach(place / "data")

    assert server.started
    assert server.is_running()
    assert ask(server, "show fsync") == "on"
    assert ask(server, "show synchronous_commit") == "on"
    assert ask(server, "show full_page_writes") == "on"
    assert ask(server, "show listen_addresses") == ""


def test_stops_and_keeps_what_was_committed(place):
    server = start(place / "data")
    ask(server, "create table kept as select 7 as number")

    server.stop()
    assert not server.is_running()
    assert server.pid() is None
    again = start(place / "data")

    assert ask(again, "select number from kept") == 7


def test_keeps_its_folders_private_and_its_parents_as_they_were(place):
    place.chmod(0o711)

    server = start(place / "data")

    assert stat.S_IMODE(place.stat().st_mode) == 0o711
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data_dir.stat().st_mode) & 0o066 == 0


def test_runs_below_a_private_folder_without_opening_it(place):
    private = place / "private"
    private.mkdir(mode=0o700)

    server = start(private / "data")

    assert ask(server, "select 1") == 1
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_outlives_a_killed_starter_and_is_adopted(place):
    starter = in_a_process(place / "data")
    started, pid = starter.stdout.readline().split()
    starter.kill()
    starter.wait()

    server = start(place / "data")

    assert started == "True"
    assert server.pid() == int(pid)
    assert not server.started


def test_many_processes_at_once_start_one_server(place):
    starters = [in_a_process(place / "data") for _ in range(4)]

    answers = [one.stdout.readline().split() for one in starters]
    for one in starters:
        one.communicate()

    assert sorted(started for started, _ in answers) == ["False"] * 3 + ["True"]
    assert len({pid for _, pid in answers}) == 1


def test_comes_back_after_the_server_was_killed(place):
    server = start(place / "data")
    ask(server, "create table kept as select 7 as number")
    old = server.pid()
    os.kill(old, signal.SIGKILL)
    until_gone(old)

    assert server.restart_if_dead()

    assert server.pid() not in {old, None}
    assert ask(server, "select number from kept") == 7
    assert not server.restart_if_dead()


def until_gone(pid):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        with open(f"/proc/{pid}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] == "Z":
                return
        time.sleep(0.02)
    pytest.fail(f"Process {pid} did not end.")


def test_drops_a_stale_pid_file_that_names_a_foreign_process(place):
    server = start(place / "data")
    pid_file = server.folder / "postmaster.pid"
    text = pid_file.read_text()
    server.stop()
    foreign = subprocess.Popen(["sleep", "60"])
    pid_file.write_text(text.replace(text.split()[0], str(foreign.pid), 1))
    os.chown(pid_file, server.folder.stat().st_uid, server.folder.stat().st_gid)

    again = start(place / "data")
    again.stop()

    assert again.pid() is None
    assert foreign.poll() is None, "The foreign process was ended."
    foreign.kill()
    foreign.wait()


def test_starts_after_a_pid_file_that_was_cut_short(place):
    server = start(place / "data")
    server.stop()
    (server.folder / "postmaster.pid").write_text("")

    assert start(place / "data").started


def test_leaves_alone_a_server_whose_process_it_cannot_see(place):
    """As in another container: the id means nothing here, the socket answers."""
    server = start(place / "data")
    pid_file = server.folder / "postmaster.pid"
    text = pid_file.read_text()
    pid_file.write_text(text.replace(text.split()[0], "4194301", 1))

    again = start(place / "data")

    assert not again.started
    assert pid_file.exists()
    pid_file.write_text(text)


def test_begins_again_after_an_interrupted_setup(place):
    draft = place / "data" / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    assert start(place / "data").is_running()


def test_listens_elsewhere_when_the_path_is_too_long(place):
    deep = place.joinpath(*["a_rather_long_folder_name"] * 5)

    server = start(deep / "data")

    assert ask(server, "select 1") == 1
    assert socket_folder(server.folder) != server.folder
    assert stat.S_IMODE(socket_folder(server.folder).stat().st_mode) == 0o700
    server.stop()
    socket_folder(server.folder).rmdir()


@pytest.mark.parametrize("name", ["my data", "it's", "a,b", 'say "x"'])
def test_refuses_a_path_that_postgresql_cannot_take(place, name):
    with pytest.raises(ConfigurationError, match="DISCOVERY_DATA_DIR"):
        start(place / name)

    assert not (place / name).exists()


def test_refuses_the_folder_of_another_major_version(place):
    server = start(place / "data")
    server.stop()
    (server.folder / "PG_VERSION").write_text("16\n")

    with pytest.raises(ConfigurationError, match="PostgreSQL 16"):
        start(place / "data")


def test_says_what_the_server_said_when_it_does_not_start(place):
    server = start(place / "data")
    server.stop()
    (server.folder / "postgresql.auto.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(UnavailableError, match="no_such_setting"):
        start(place / "data")


def test_is_not_running_where_only_a_socket_file_is_left(place):
    server = start(place / "data")
    server.stop()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(server.folder / ".s.PGSQL.5432"))
    left.close()

    assert not server.is_running()
    assert start(place / "data").is_running()
