"""The log is for people; the server does not depend on it."""

import contextlib
import io
from pathlib import Path
from typing import TextIO, cast

import pytest
import structlog

from chirrup.platform.telemetry import LossyStream

FULL = Path("/dev/full")


def test_a_log_is_written_where_that_is_possible() -> None:
    stream = io.StringIO()
    structlog.PrintLogger(cast("TextIO", LossyStream(stream))).msg("tseep")
    assert stream.getvalue() == "tseep\n"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_log_on_a_full_disk_stops_nobody() -> None:
    stream = FULL.open("w", buffering=1)
    logger = structlog.PrintLogger(cast("TextIO", LossyStream(stream)))
    for _ in range(3):
        logger.msg("tseep")
    with contextlib.suppress(OSError):
        stream.close()
