"""Every table that exists: importing the models registers them."""

import omenigen.kit.consumers
import omenigen.kit.idempotency
import omenigen.kit.mail
import omenigen.kit.outbox
import omenigen.kit.streams.models
import omenigen.modules.accounts.models
import omenigen.modules.achievements.models
import omenigen.modules.media.models
import omenigen.modules.notify.models  # noqa: F401 # imported for its tables
from omenigen.kit.db import Base

METADATA = Base.metadata
