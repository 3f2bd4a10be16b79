"""Passwords: which are refused, and how they are kept."""

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chirrup.accounts.passwords import LONGEST, SHORTEST, Passwords, check_password
from chirrup.platform.errors import RuleBroken

GOOD = "a nest of seven twigs"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """The hasher as the server uses it."""
    return Passwords()


@pytest.mark.parametrize(
    "password",
    ["password", "Password123!", "12345678", "qwertyuiop", "hgfedcba", "letmein99", "aaaaaaaa", "dragondragon",
     "wrenwren", "00000000", "passwordpassword", "iloveyou2"],
)  # fmt: skip
def test_what_anyone_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(RuleBroken):
        check_password(password, "wren")


@given(st.text(max_size=SHORTEST - 1), st.integers(LONGEST + 1, 3 * LONGEST))
def test_too_short_and_too_long_ones_are_refused(short: str, length: int) -> None:
    for password in (short, "ab cd" * length):
        with pytest.raises(RuleBroken):
            check_password(password, "wren")


@pytest.mark.parametrize("password", [GOOD, "пять воробьёв", "correct horse battery staple", "x7$Kq!vR"])
def test_others_are_taken(password: str) -> None:
    check_password(password, "wren")


async def test_a_hash_fits_its_password_only_and_differs_each_time(passwords: Passwords) -> None:
    kept = await passwords.hash(GOOD)
    assert kept.startswith("$argon2id$")
    assert kept != await passwords.hash(GOOD)
    assert await passwords.verify(GOOD, kept) == (True, None)
    assert await passwords.verify(GOOD + " ", kept) == (False, None)


async def test_a_bcrypt_hash_is_accepted_and_replaced_by_a_better_one(passwords: Passwords) -> None:
    kept = bcrypt.hashpw(GOOD.encode(), bcrypt.gensalt(4)).decode()
    right, better = await passwords.verify(GOOD, kept)
    assert right
    assert better is not None
    assert await passwords.verify(GOOD, better) == (True, None)
    assert await passwords.verify("another", kept) == (False, None)


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$broken", "$2b$12$short"])
async def test_no_password_fits_what_is_no_hash(passwords: Passwords, kept: str | None) -> None:
    assert (await passwords.verify(GOOD, kept))[0] is False
    assert (await passwords.verify("no account has this password", kept))[0] is False
