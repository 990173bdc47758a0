"""The small version of the experiment; `python -m tests.chaos.shuffled --events 100000` is the large one."""

import pytest

from omenigen.kit.embedded.tuning import Tuning
from tests.chaos.shuffled import COPIES, TROUBLES, experiment

EVENTS = 4_000


@pytest.mark.timeout(300)
async def test_three_shuffled_copies_amid_kills_equal_one_run_in_order() -> None:
    chaos, order, differences = await experiment(events=EVENTS, players=20, tuning=Tuning.quick(), seed=7)
    assert differences == []
    assert len(chaos.troubles) == len(TROUBLES)
    assert (chaos.told, order.told) == (COPIES * EVENTS, EVENTS)
    assert chaos.repeats >= (COPIES - 1) * EVENTS, "every event came again"
    assert order.tables["events"].total() == EVENTS
    assert order.tables["unlocks"].total() > 20, "there was something to recognise"
