import asyncio
import threading

import pytest

from discovery_app.states.asked_once import asked_once


def test_asks_once_for_all_who_ask_meanwhile_and_again_after_that():
    asked = []

    def answer(word):
        asked.append(threading.get_ident())
        return word

    async def ask():
        first = await asyncio.gather(*(asked_once(answer, "a") for _ in range(20)))
        return [*first, await asked_once(answer, "b"), await asked_once(answer, "a")]

    assert asyncio.run(ask()) == ["a"] * 20 + ["b", "a"]
    assert len(asked) == 3


def test_one_who_leaves_takes_nothing_from_the_others():
    release = threading.Event()

    async def ask():
        leaving = asyncio.ensure_future(asked_once(release.wait, 5))
        staying = asyncio.ensure_future(asked_once(release.wait, 5))
        await asyncio.sleep(0)
        leaving.cancel()
        release.set()
        return await staying

    assert asyncio.run(ask()) is True


def test_tells_everyone_of_the_failure_and_tries_again():
    def fail(_):
        raise LookupError

    async def ask():
        both = (asked_once(fail, 1), asked_once(fail, 1))
        found = await asyncio.gather(*both, return_exceptions=True)
        with pytest.raises(LookupError):
            await asked_once(fail, 1)
        return found

    assert [type(one) for one in asyncio.run(ask())] == [LookupError] * 2
