"""A clock that tests move."""

from chirrup.commands.bench.judge.clock import START, HandClock

__all__ = ["START", "HandClock"]
