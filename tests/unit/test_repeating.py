"""Verbs that run again."""

import pytest

from chirrup.platform.errors import Interrupted, Unavailable
from chirrup.platform.repeating import ATTEMPTS, repeatable


class Song:
    """Is interrupted a few times before it is sung."""

    def __init__(self, interruptions: int, fault: type[Exception] = Interrupted) -> None:
        self.interruptions = interruptions
        self.fault = fault
        self.begun = 0

    @repeatable
    async def sing(self, verse: str) -> str:
        """Return the verse."""
        self.begun += 1
        if self.begun <= self.interruptions:
            raise self.fault("not now")
        return verse


async def test_a_verb_that_was_undone_runs_again() -> None:
    song = Song(interruptions=ATTEMPTS - 1)
    assert await song.sing("tseep") == "tseep"
    assert song.begun == ATTEMPTS


async def test_a_verb_that_is_undone_each_time_is_given_up() -> None:
    song = Song(interruptions=ATTEMPTS)
    with pytest.raises(Interrupted):
        await song.sing("tseep")
    assert song.begun == ATTEMPTS


async def test_what_may_have_been_saved_is_not_repeated() -> None:
    song = Song(interruptions=1, fault=Unavailable)
    with pytest.raises(Unavailable):
        await song.sing("tseep")
    assert song.begun == 1
