"""Where `chirrup serve` listens."""

import socket
import subprocess
import sys
from pathlib import Path


def test_an_address_in_use_is_refused_with_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "chirrup", "serve", "--port", str(port), "--data-dir", str(tmp_path / "data")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == f"chirrup: Cannot listen on 127.0.0.1:{port}: Address already in use.\n"
