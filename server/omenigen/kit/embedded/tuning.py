"""How much memory embedded servers take and how careful with the disk they are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Sizes in megabytes. The defaults keep everything below 400 MB and lose nothing on a power cut."""

    durable: bool = True
    postgres_buffers: int = 48
    postgres_connections: int = 100
    redis_memory: int = 64
    nats_memory: int = 64

    @classmethod
    def quick(cls) -> "Tuning":
        """For tests only: no fsync (a killed server still loses nothing, a power cut may), many connections."""
        return cls(durable=False, postgres_connections=200)
