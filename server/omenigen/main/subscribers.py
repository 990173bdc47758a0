"""Every consumer of facts, on one page."""

from omenigen.kit.consumers import Consumer
from omenigen.kit.jobs import consumer_of
from omenigen.main.schedule import JOBS
from omenigen.modules.achievements.consumers import CONSUMERS as ACHIEVEMENTS
from omenigen.modules.media.consumers import CONSUMERS as MEDIA
from omenigen.modules.notify.consumers import CONSUMERS as NOTIFY

CONSUMERS: tuple[Consumer, ...] = (*MEDIA, *ACHIEVEMENTS, *NOTIFY, consumer_of(JOBS))

MODULES = ("accounts", "media", "achievements", "notify", "jobs")
"""First words of the subjects that facts travel on."""
