"""One connection that commits single rows by the barest means.

``python -m benchmarks.raw_worker COMMITS``
"""

import sys
from uuid import uuid4

import psycopg

from benchmarks.crews import work_with_others
from discovery_app.database.addresses import driver_address, owner_url

MAKE = "CREATE TABLE IF NOT EXISTS bench.bare (id uuid PRIMARY KEY, note text)"
ADD = "INSERT INTO bench.bare VALUES (%s, %s)"
CHANGE = "UPDATE bench.bare SET note = %s WHERE id = %s"
WARM_UP = 50


def make_table() -> None:
    """Make the table that the bare commits change."""
    with psycopg.connect(driver_address(owner_url())) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS bench")
        connection.execute(MAKE)


def main() -> None:
    """Change one row of this connection's own, and commit, again and again."""
    commits = int(sys.argv[1])
    mine = uuid4()
    with psycopg.connect(driver_address(owner_url())) as connection:
        connection.execute(ADD, (mine, ""))
        connection.commit()

        def change(times: int) -> int:
            for number in range(times):
                connection.execute(CHANGE, (str(number), mine))
                connection.commit()
            return times

        change(WARM_UP)
        work_with_others(lambda: change(commits))


if __name__ == "__main__":
    main()
