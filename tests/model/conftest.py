"""A community whose limits are so small that every history crosses them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chirrup.platform.adapters.sqlite import bus as sqlite_bus
from chirrup.posts import service as posts_service
from chirrup.settings import Settings
from tests.model.community import Community, make_flock


@pytest.fixture
def make(prepared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Community]]:
    """Open a new community with a few birds, as often as wanted."""
    monkeypatch.setattr(sqlite_bus, "BATCH", 3)
    monkeypatch.setattr(posts_service, "_RECENT", 4)
    shared_memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared_memory if shared_memory.is_dir() else None) as folder:
        template = Path(shutil.copytree(prepared_data, Path(folder) / "flock"))
        make_flock(template)

        def make() -> Community:
            data_dir = Path(tempfile.mkdtemp(dir=folder))
            shutil.copytree(template, data_dir, dirs_exist_ok=True)
            settings = Settings(
                data_dir=data_dir, timeline_size=8, timeline_recent=3, fanout_chunk=3, fanout_threshold=4
            )
            return Community(settings)

        yield make
