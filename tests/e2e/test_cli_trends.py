"""`chirrup trends`: what trends, and what is kept from it."""

import asyncio
from pathlib import Path

import pytest

from chirrup.bootstrap import open_application
from chirrup.entrypoints.worker import at_work
from chirrup.platform.clock import SystemClock
from chirrup.settings import Settings
from tests.clock import HandClock
from tests.e2e.cli import chirrup, succeed
from tests.flock import Flock

pytestmark = pytest.mark.embedded


@pytest.fixture
def trending(data_dir: Path) -> Path:
    """An instance in which a hashtag trends."""
    clock = HandClock(SystemClock().now())

    async def run() -> None:
        async with open_application(Settings(data_dir=data_dir), clock) as app, at_work(app):
            flock = Flock(app, clock)
            await flock.say("look at this #Comet", await flock.hatch(4))
            await flock.rank()

    asyncio.run(run())
    return data_dir


def test_what_trends_is_listed_with_its_reasons(trending: Path) -> None:
    (trend,) = succeed("trends", "list", "--json", data_dir=trending).json
    assert (trend["subject"], trend["name"], trend["authors_count"]) == ("#comet", "Comet", 4)
    assert trend["expected"] == 0 < trend["observed"] <= 4
    assert len(trend["post_ids"]) == 4
    assert "#comet" in succeed("trends", "list", data_dir=trending).out
    assert succeed("trends", "list", "--lang", "en", "--json", data_dir=trending).json == []


def test_a_blocked_term_does_not_trend_until_it_is_unblocked(trending: Path) -> None:
    assert succeed("trends", "block", "COMET*", data_dir=trending).out == "#comet* does not trend any more.\n"
    assert succeed("trends", "list", "--json", data_dir=trending).json == []
    (term,) = succeed("trends", "blocked", "--json", data_dir=trending).json
    assert (term["term"], term["moderator_id"]) == ("#comet*", None)
    assert "#comet*" in succeed("trends", "blocked", data_dir=trending).out
    assert succeed("trends", "unblock", "#comet*", "--json", data_dir=trending).json == term
    assert len(succeed("trends", "list", "--json", data_dir=trending).json) == 1


@pytest.mark.parametrize("arguments", [("block", "two words"), ("unblock", "#spring"), ("block", "")])
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(data_dir: Path, arguments: tuple[str, ...]) -> None:
    ran = chirrup("trends", *arguments, data_dir=data_dir)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
