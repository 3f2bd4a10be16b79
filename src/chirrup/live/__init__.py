"""Live updates: what changes in a viewer's home timeline and on posts on the screen, told while it happens.

Publishes nothing to the log. Listens to posts, likes, follows, blocks, ends of sessions and bans, and hands each on to
the processes whose connected viewers it concerns. What is told rests on the database: a message says only that
there is something, and each viewer is shown what the home timeline would show.
"""

from chirrup.live.hub import Hub

__all__ = ["Hub"]
