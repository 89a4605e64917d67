"""Passwords: hashed with argon2id, never kept."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The least that OWASP's password storage cheat sheet asks for argon2id: 19 MiB, two passes.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A hash takes 19 MiB: however many callers sign in at once, only so many are worked out at a time.
_workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")
# Checked when a user name is unknown, so that an answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody")


async def hash_password(password: str) -> str:
    """A salted hash; the work is done beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_workers, _hasher.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; always false, and as slow, when there is none."""
    loop = asyncio.get_running_loop()
    fits = await loop.run_in_executor(_workers, _fits, password_hash or _NOBODY, password)
    return fits and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
