"""Randomness with an address: the same seed and label always roll the same."""

import hashlib
import random


class Rng:
    """Give independent generators by label, so that adding a roll never moves another one."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def at(self, label: str) -> random.Random:
        """Return the generator that belongs to `label` (fresh, at its start)."""
        digest = hashlib.blake2b(label.encode(), key=self._seed[:64], digest_size=32).digest()
        return random.Random(digest)  # noqa: S311 # rolls of the world, not secrets
