"""What goes wrong in words for the person who called."""


class ServicesError(Exception):
    """A step failed; the message says which, why, and what to do."""
