"""Passwords: which are allowed, and their hashes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from chirrup.platform.errors import RuleBroken

SHORTEST = 8
LONGEST = 256

# the words behind most of the commonest passwords; a word alone, doubled, or with a few digits or marks is refused
_WORDS = frozenset(
    "password passwort passw0rd p@ssword p@ssw0rd pass secret letmein welcome hello login admin administrator root"
    " master dragon monkey shadow sunshine princess football baseball basketball superman batman pokemon starwars"
    " iloveyou loveyou trustno whatever computer internet samsung google facebook twitter chirrup michael jennifer"
    " jordan michelle charlie jessica ashley daniel andrew thomas matthew qwerty qwertz azerty qwertyuiop asdfgh"
    " asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc abc abcd abcdef abcdefg abcdefgh aaaaaa freedom"
    " ninja mustang access flower killer cheese cookie summer winter spring autumn liverpool chelsea arsenal".split()
)
_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiop",
    "1qaz2wsx3edc",
)


def check_password(password: str, username: str) -> None:
    """Refuse a password that is too short, too long, or among the first that anyone would try.

    Raises:
        RuleBroken: one of these.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RuleBroken(f"A password has {SHORTEST} to {LONGEST} characters.", field="password")
    if _is_common(password.lower(), username.lower()):
        raise RuleBroken("This password is too easy to guess.", field="password")


def _is_common(password: str, username: str) -> bool:
    core = password.strip("0123456789!?.#*$@_-+ ")
    half = core[: len(core) // 2]
    return (
        len(set(password)) <= 2
        or core in _WORDS
        or (half + half == core and (half in _WORDS or half == username))
        or username in {password, core}
        or any(password in run or password[::-1] in run for run in _RUNS)
        or (password[: len(password) // 2] * 2 == password and password.isdigit())
    )


class Passwords:
    """Hashes with Argon2id (OWASP's parameters of 2023: 19 MiB, 2 passes); verifies those and bcrypt's."""

    def __init__(self) -> None:
        self._hasher = PasswordHash(
            (Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1), BcryptHasher(rounds=12))
        )
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="passwords")
        self._decoy = self._hasher.hash("no account has this password")

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._hasher.hash, password)

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Return whether a password fits, and a better hash to keep if there is one.

        Takes as long for a missing hash, so that the time tells nobody whether an account exists.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._verify, password, kept)

    def _verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        try:
            right, better = self._hasher.verify_and_update(password, kept or self._decoy)
        except UnknownHashError:
            return False, None
        return right and bool(kept), better

    def close(self) -> None:
        """Wait for the hashing under way."""
        self._pool.shutdown()
