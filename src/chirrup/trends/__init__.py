"""Which hashtags and links more people use just now than usually do.

Publishes nothing. Listens to PostPublished and PostDeleted. What it counts is kept for a day use by use, for four weeks
by the hour, and a job ranks it.
"""

from chirrup.trends.service import Trends

__all__ = ["Trends"]
