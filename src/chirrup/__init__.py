"""Chirrup: a microblogging server whose home timeline is always there and always fast."""

__version__ = "0.1.0"
