"""How much of a type each player has had this hour, from memory: a guard against floods, not a ledger."""

from datetime import datetime

from omenigen.modules.achievements.errors import RateOfChange


class HourLimits:
    """Count amounts per player, type and clock hour in this process; an older hour is forgotten as a whole."""

    def __init__(self) -> None:
        self._hour: datetime | None = None
        self._had: dict[tuple[int, str], int] = {}

    def take(self, *, user_id: int, type_code: str, amount: int, per_hour: int, now: datetime) -> None:
        """Take an amount. Raises `RateOfChange` with the time until the next hour."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._had = hour, {}
        key = (user_id, type_code)
        had = self._had.get(key, 0)
        if had + amount > per_hour:
            wait = 3600 - (now - hour).seconds
            raise RateOfChange(retry_after=wait, event_type=type_code, per_hour=per_hour)
        self._had[key] = had + amount

    def give_back(self, *, user_id: int, type_code: str, amount: int) -> None:
        """Give back what was taken for an event that did not count (a repeat, or a failed write)."""
        key = (user_id, type_code)
        if key in self._had:
            self._had[key] = max(0, self._had[key] - amount)
