"""`chirrup bench start`: from the command to the first answer, and the memory of an idle instance."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from chirrup.commands.bench import harness
from chirrup.commands.options import JsonOption

_PAGE_KIB = 4


def start(
    accounts: Annotated[int, typer.Option(help="How many accounts the instance has.", min=1)] = 100_000,
    rounds: Annotated[int, typer.Option(help="How often to start.", min=1)] = 5,
    as_json: JsonOption = False,
) -> None:
    """Start on an existing data directory, in turn with a Python that only imports the web framework."""
    with tempfile.TemporaryDirectory() as folder:
        full, fresh = Path(folder) / "full", Path(folder) / "fresh"
        asyncio.run(_seed(full, accounts))
        asyncio.run(_seed(fresh, 0))
        ours, imports = [], []
        for _ in range(rounds):
            imports.append(_time_import())
            started = time.perf_counter()
            with harness.chirrup_server(full):
                ours.append(time.perf_counter() - started)
        with harness.chirrup_server(fresh) as (_, child):
            resident = _resident_mib(child.pid)
    facts = {
        "accounts": accounts,
        "start_s": round(statistics.median(ours), 2),
        "import_litestar_s": round(statistics.median(imports), 2),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, imports, strict=True)), 2),
        "idle_resident_mib": round(resident, 1),
    }
    harness.report(facts, as_json=as_json)


def _time_import() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import litestar, uvicorn"], timeout=60, check=True)
    return time.perf_counter() - started


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_KIB / 1024


async def _seed(data_dir: Path, accounts: int) -> None:
    async with harness.seeding(data_dir) as app:
        for begin in range(0, accounts, 10_000):
            names = [f"bench{number}" for number in range(begin, min(accounts, begin + 10_000))]
            await harness.add_accounts(app, names)
