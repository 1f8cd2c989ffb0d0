"""Machines of their own, as network namespaces play them: nothing but a cable.

Each has one address and a cable to this machine, on which a PostgreSQL and a bucket
listen. The cable can be pulled. Only root on Linux, with ``ip``, can do this.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from discovery_app.database import EmbeddedServer, dispose_engine
from discovery_app.database.addresses import (
    APP_LOGIN,
    DATABASE_NAME,
    SUPERUSER_LOGIN,
    driver_address,
    embedded_url,
)
from tests.buckets import Bucket
from tests.conftest import ROOT

NETWORK = "10.213"
"""Of these tests; nobody else's, it is hoped."""


@dataclass(frozen=True)
class Machine:
    """A network namespace, and this machine's end of its cable.

    Attributes:
        host: This machine's address on the cable.
    """

    name: str
    namespace: str
    cable: str
    host: str

    def pull_the_cable(self) -> None:
        _ip("link", "set", self.cable, "down")

    def plug_it_in(self) -> None:
        _ip("link", "set", self.cable, "up")

    def environment(self, bucket: Bucket, folder: Path) -> dict[str, str]:
        """Return what a process there is told: database, bucket, a folder."""
        return {
            "DATABASE_URL": f"postgresql://{APP_LOGIN}@{self.host}/{DATABASE_NAME}",
            "AWS_ENDPOINT_URL": f"http://{self.host}:{bucket.port}",
            "DISCOVERY_STORAGE_URL": bucket.address,
            "DISCOVERY_DATA_DIR": str(folder),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, environment: dict[str, str], *command: str) -> subprocess.Popen:
        """Run Python there, in the folder that it is told."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, sys.executable, *command],
            cwd=environment["DISCOVERY_DATA_DIR"],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            text=True,
        )


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """Put up machines of these names; skip the test where that is not possible."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("Network namespaces need root on Linux, and ip (iproute2).")
    with ExitStack() as opened:
        yield [opened.enter_context(_machine(n, name)) for n, name in enumerate(names)]


@contextmanager
def _machine(number: int, name: str) -> Iterator[Machine]:
    own = f"{os.getpid() % 100_000}-{number}"
    made = Machine(name, f"discovery-{own}", f"dm{own}", f"{NETWORK}.{number}.1")
    try:
        _ip("netns", "add", made.namespace)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"This machine makes no network namespaces: {error.stderr}")
    try:
        inside = ("-n", made.namespace)
        _ip(
            *("link", "add", made.cable, "type", "veth"),
            *("peer", "name", "eth0", "netns", made.namespace),
        )
        _ip("addr", "add", f"{made.host}/30", "dev", made.cable)
        _ip("link", "set", made.cable, "up")
        _ip(*inside, "addr", "add", f"{NETWORK}.{number}.2/30", "dev", "eth0")
        _ip(*inside, "link", "set", "eth0", "up")
        _ip(*inside, "link", "set", "lo", "up")
        yield made
    finally:
        _ip("netns", "del", made.namespace)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def listen_on_the_network(server: EmbeddedServer, hosts: list[str]) -> None:
    """Let the embedded server take logins from the machines, without a password."""
    rules = server.folder / "pg_hba.conf"
    rules.write_text(f"host all all {NETWORK}.0.0/16 trust\n{rules.read_text()}")
    superuser = driver_address(embedded_url(SUPERUSER_LOGIN, "postgres"))
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET listen_addresses = '{','.join(hosts)}'")
    server.stop()
    dispose_engine()
    EmbeddedServer.start_or_attach(server.data_dir)
