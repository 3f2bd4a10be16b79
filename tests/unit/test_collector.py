"""When the garbage collector looks at all that is alive."""

import gc
from collections.abc import Iterator

import pytest

from chirrup.entrypoints import collector

IN_FLIGHT = 200_000


@pytest.fixture
def settled() -> Iterator[None]:
    """The collector of a server, for a while."""
    before = gc.get_threshold()
    collector.settle()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def full_looks() -> int:
    """Return how often the collector has looked at everything."""
    count: int = gc.get_stats()[2]["collections"]
    return count


@pytest.mark.usefixtures("settled")
def test_a_burst_of_requests_is_no_reason_to_look_at_everything() -> None:
    before = full_looks()
    burst = [[number] for number in range(IN_FLIGHT)]
    assert (len(burst), full_looks()) == (IN_FLIGHT, before)
