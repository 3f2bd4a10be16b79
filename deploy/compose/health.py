"""The health check of a container that runs Chirrup: exit code 0 when its process can serve."""

import os
import urllib.request

port = os.environ.get("CHIRRUP_WORKER_PORT") or os.environ["CHIRRUP_PORT"]
urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=4).close()
