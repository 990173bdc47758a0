"""The short version of the experiment; `python -m tests.chaos.live_failures` is the long one."""

import pytest

from omenigen.kit.embedded.tuning import Tuning
from tests.chaos.live_failures import run


@pytest.mark.timeout(300)
async def test_what_dies_under_open_screens_is_healed_as_promised() -> None:
    day = await run(tuning=Tuning.quick(), wait_for_stale=False)
    assert day.broken == []
    assert day.acknowledged > 50, "there was a load worth the name"
