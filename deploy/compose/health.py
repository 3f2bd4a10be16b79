"""The health check of a container that runs Chirrup: exit code 0 when its process can serve."""

import os
import urllib.request

urllib.request.urlopen(f"http://127.0.0.1:{os.environ['CHIRRUP_PORT']}/health/ready", timeout=4).close()
