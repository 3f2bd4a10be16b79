"""The garbage collector of a server.

It looks at all that is alive, and while it does, nobody is answered: with ten thousand live connections a full look
takes most of a second. By CPython's defaults a burst of requests is enough for one.
"""

import gc

_YOUNG = 20_000
"""How many objects more than at the last look are the reason for the next; 700 by default."""


def settle() -> None:
    """Look at all there is for the last time: what start-up made lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
