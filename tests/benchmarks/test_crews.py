import sys

import pytest

from benchmarks.crews import rate

WORKER = "from benchmarks.crews import work_with_others; work_with_others({})"


def command(work):
    return [sys.executable, "-c", WORKER.format(work)]


def test_counts_what_all_did_together():
    slow = "lambda: __import__('time').sleep(0.2) or 10"

    assert 20 / 5 < rate([command(slow), command(slow)]) <= 20 / 0.2


def test_says_so_if_one_of_them_breaks():
    with pytest.raises(RuntimeError, match="ended with 1"):
        rate([command("lambda: 1"), command("lambda: 1 / 0")])
