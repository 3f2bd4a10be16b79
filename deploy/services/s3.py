"""S3: versitygw over a folder, in which each folder is a bucket."""

import urllib.error
import urllib.request

from .errors import ServicesError
from .install import gateway
from .layout import S3_ACCESS_KEY, S3_BUCKET, S3_SECRET_KEY
from .service import Service

HEALTH = "/health"


class S3(Service):
    """Keeps objects as files, with what is known of them in extended attributes."""

    name = port = "s3"
    title = "S3"
    version = "v1.8.0"

    def start(self) -> None:
        """Start it over a folder with one bucket."""
        folder = self.layout.data / self.name
        (folder / S3_BUCKET).mkdir(parents=True, exist_ok=True)
        where = ["--quiet", "--port", self.address, "--health", HEALTH]
        keys = {"ROOT_ACCESS_KEY": S3_ACCESS_KEY, "ROOT_SECRET_KEY": S3_SECRET_KEY}
        program = gateway(self.layout.library, self.version)
        self.process(self.name).start([program, *where, "posix", folder], keys)

    def probe(self) -> str:
        """Return the version and the bucket."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://{self.address}{HEALTH}", timeout=3):
                return f"{self.version.removeprefix('v')}, bucket {S3_BUCKET}"
        except (urllib.error.URLError, OSError) as error:
            raise ServicesError(f"GET {HEALTH}: {error}") from error
