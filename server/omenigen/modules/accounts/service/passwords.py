"""Hashing passwords without stopping the house."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from omenigen.kit.errors import Unavailable

PASSES = 3
MEMORY_KIB = 64 * 1024
LANES = 4
"""RFC 9106, second recommended option: what argon2id costs, an attacker as well."""

AT_ONCE = 2
"""Hashes at the same time: each holds 64 MiB and a core for ~0.2 s."""

WAITING_MAX = 32
"""Callers that may wait, ~3 s at most; more are told to come back."""

T = TypeVar("T")


class Passwords:
    """Hash and verify with argon2id; a hash of an older cost is renewed at its next sign-in."""

    def __init__(self) -> None:
        self._scheme = PasswordHash((Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES),))
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash of a password. Raises `Unavailable` when too many wait already."""
        return await self._run(lambda: self._scheme.hash(password))

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Tell whether a password is right, and its new hash where the kept one is of an older make.

        Nobody's password (`kept` is None) takes as long to be wrong as somebody's. Raises `Unavailable`.
        """
        if self._decoy is None:
            self._decoy = await self.hash("a password that nobody has")
        right, renewed = await self._run(lambda: self._verify(password, kept or self._decoy or ""))
        return (right, renewed) if kept is not None else (False, None)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, kept: str) -> tuple[bool, str | None]:
        try:
            return self._scheme.verify_and_update(password, kept)
        except PwdlibError:  # a hash of an unknown make opens nothing
            return False, None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= AT_ONCE + WAITING_MAX:
            raise Unavailable(part="passwords", retry_after=3)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
