"""Home timelines: written by fan-out, read by merging, always equal to what the database would say.

Publishes FanOutStep and DrainStep, the steps of a long fan-out. Listens to PostPublished and to these.
"""

from chirrup.timelines.events import DrainStep, FanOutStep
from chirrup.timelines.home import HomeTimelines

__all__ = ["DrainStep", "FanOutStep", "HomeTimelines"]
