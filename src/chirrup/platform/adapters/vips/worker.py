"""A process that decodes: a task a line on standard input, a reply a line on standard output, until the input ends."""

import os
import resource
import sys
from pathlib import Path

import msgspec
import pyvips

from chirrup.platform.adapters.vips.orders import Reply, Task
from chirrup.platform.adapters.vips.recipe import Refused, make

_FILE = 256 << 20
_FILES = 256
_NICENESS = 5


def main(memory: int) -> None:
    """Do one task after another, with no more of the machine than a picture needs, and after whoever answers.

    `memory` is how many bytes of addresses it may have.
    """
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE, _FILE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # a file of one name is another picture each time
    pyvips.cache_set_max(0)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(_reply(msgspec.json.decode(line, type=Task))) + b"\n")
        sys.stdout.buffer.flush()


def _reply(task: Task) -> Reply:
    try:
        return Reply(make(Path(task.source), Path(task.folder), task.order, task.pixels))
    except Refused as refusal:
        return Reply(refused=str(refusal))


if __name__ == "__main__":
    main(int(sys.argv[1]))
