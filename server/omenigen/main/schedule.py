"""Everything that happens by the clock, and every loop that never ends, on one page."""

from omenigen.gateways.live.jobs import JOBS as STREAM_JOBS
from omenigen.gateways.live.jobs import LOOPS as LIVE_LOOPS
from omenigen.kit.jobs import Job, Loop
from omenigen.main.housekeeping import JOBS as HOUSE_JOBS
from omenigen.main.housekeeping import RELAY
from omenigen.modules.accounts.jobs import JOBS as ACCOUNT_JOBS
from omenigen.modules.accounts.jobs import WORKER_LOOPS as ACCOUNT_LOOPS
from omenigen.modules.achievements.jobs import API_LOOPS as INTAKE_LOOPS
from omenigen.modules.achievements.jobs import JOBS as ACHIEVEMENT_JOBS
from omenigen.modules.achievements.jobs import WORKER_LOOPS as JUDGE_LOOPS
from omenigen.modules.media.jobs import JOBS as MEDIA_JOBS
from omenigen.modules.notify.jobs import JOBS as NOTIFY_JOBS

JOBS: tuple[Job, ...] = (*HOUSE_JOBS, *STREAM_JOBS, *ACCOUNT_JOBS, *MEDIA_JOBS, *ACHIEVEMENT_JOBS, *NOTIFY_JOBS)

API_LOOPS: tuple[Loop, ...] = (RELAY, *LIVE_LOOPS, *INTAKE_LOOPS)
"""What a process with the HTTP door runs beside it."""

WORKER_LOOPS: tuple[Loop, ...] = (RELAY, *ACCOUNT_LOOPS, *JUDGE_LOOPS)
"""What a worker runs beside its consumers."""
