"""The short version of the experiment; `python -m tests.chaos.exactly_once` is the long one."""

import pytest

from omenigen.kit.embedded.tuning import Tuning
from tests.chaos.exactly_once import EVENTS_BETWEEN_KILLS, VICTIMS, run


@pytest.mark.timeout(300)
async def test_killed_parts_lose_nothing_and_count_nothing_twice() -> None:
    tally, differences = await run(rounds=1, calm=0.5, tuning=Tuning.quick())
    assert differences == []
    assert tally.total > EVENTS_BETWEEN_KILLS * len(VICTIMS), "there was a load worth the name"
    assert tally.failures, "the kills were felt"
