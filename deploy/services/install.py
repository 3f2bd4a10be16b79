"""Programs and jars that the services need, fetched where that is ours to do."""

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from .errors import ServicesError
from .layout import CONFIGURATION
from .pgbouncer import PROGRAM as PGBOUNCER
from .postgres import BIN
from .process import run

JAVA = 17
REGISTRY = "io.apicurio:apicurio-registry-app"
GATEWAY = "github.com/versity/versitygw/cmd/versitygw"


def missing_packages(library: Path) -> list[str]:
    """Return the Debian packages whose programs are not there."""
    wanted = {
        "postgresql-15": (BIN / "postgres").exists(),
        "postgresql-client-15": (BIN / "psql").exists(),
        "pgbouncer": PGBOUNCER.exists(),
        "redis-server": bool(shutil.which("redis-server") and shutil.which("redis-cli")),
        # with a compiler, for the few lines that start OpenSearch
        "openjdk-17-jdk-headless": java_version() >= JAVA and bool(shutil.which("javac")),
        "maven": bool(shutil.which("mvn")) or has_jars(library),
        # for the test of a process whose clock steps back
        "libfaketime": bool(faketime()),
    }
    return [package for package, there in wanted.items() if not there]


def faketime() -> list[Path]:
    """Return the library, if it is there, that makes a process see another time."""
    return list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


def java_version() -> int:
    """Return the major version of the Java on the PATH, 0 without one."""
    if not shutil.which("java"):
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=30).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def install_packages(library: Path) -> None:
    """Install what is missing from Debian.

    Raises:
        ServicesError: it cannot be installed here; the message says how to get it.
    """
    missing = missing_packages(library)
    if not missing:
        return
    by_hand = f"On Debian 12: sudo apt install {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ServicesError(f"The services need {', '.join(missing)}, and only root can install them. {by_hand}")
    print(f"Installing {', '.join(missing)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *argv], env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode:
            raise ServicesError(f"apt-get {argv[0]} failed: {(done.stderr or done.stdout).strip()[-1500:]}\n{by_hand}")
    if still := missing_packages(library):
        raise ServicesError(f"{', '.join(still)} were installed, yet their programs are not where Debian 12 has them.")


def kafka_jars(library: Path, version: str) -> Path:
    """Return the folder of the broker's jars."""
    return library / f"kafka-{version}"


def registry_jars(library: Path, version: str) -> Path:
    """Return the folder of the registry's jars."""
    return library / f"apicurio-registry-{version}"


def registry_jar(library: Path, version: str) -> Path:
    """Return the jar that starts the registry."""
    return registry_jars(library, version) / f"apicurio-registry-app-{version}-runner.jar"


def opensearch_jars(library: Path, version: str) -> Path:
    """Return the folder of OpenSearch's jars, with a folder of the class that starts it."""
    return library / f"opensearch-{version}"


def has_jars(library: Path) -> bool:
    """Return whether nothing has to be fetched by Maven."""
    return all(any(library.glob(f"{name}-*")) for name in ("kafka", "apicurio-registry", "opensearch"))


def fetch_kafka(library: Path, version: str) -> None:
    """Fetch the broker's jars with Maven unless they are there."""
    target = kafka_jars(library, version)
    if target.exists():
        return
    making = empty(target)
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={making}", "-DincludeScope=runtime"]
    maven(f"Kafka {version}", ["-f", str(CONFIGURATION / "kafka" / "pom.xml"), *copy])
    making.rename(target)


def fetch_registry(library: Path, version: str) -> None:
    """Fetch the registry with Maven and unpack it unless it is there."""
    target = registry_jars(library, version)
    if target.exists():
        return
    making = empty(target)
    artifact = f"-Dartifact={REGISTRY}:{version}:tar.gz:all"
    maven(f"the schema registry {version}", ["dependency:copy", artifact, f"-DoutputDirectory={making}"])
    archive = next(making.glob("*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(making, filter="data")
    archive.unlink()
    making.rename(target)


def gateway(library: Path, version: str) -> Path:
    """Return the program that speaks S3."""
    return library / f"versitygw-{version}" / "versitygw"


def has_gateway(library: Path) -> bool:
    """Return whether nothing has to be built by Go."""
    return any(library.glob("versitygw-v*/versitygw"))


def fetch_gateway(library: Path, version: str) -> None:
    """Have Go build the S3 gateway unless it is there.

    Raises:
        ServicesError: there is no Go, or it fails.
    """
    target = gateway(library, version).parent
    if target.exists():
        return
    if not shutil.which("go"):
        raise ServicesError("The S3 gateway is built by Go, which is not there: install Go 1.24 or newer.")
    print(f"Building the S3 gateway {version}", flush=True)
    making = empty(target)
    try:
        run(["env", f"GOBIN={making}", "go", "install", f"{GATEWAY}@{version}"], seconds=900)
    except ServicesError as error:
        raise ServicesError(f"Go could not build the S3 gateway, which needs a network. {error}") from error
    making.rename(target)


def fetch_opensearch(library: Path, version: str) -> None:
    """Fetch OpenSearch's jars with Maven and compile what starts it unless they are there."""
    target = opensearch_jars(library, version)
    if target.exists():
        return
    making = empty(target)
    source = CONFIGURATION / "opensearch"
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={making}", "-DincludeScope=runtime"]
    maven(f"OpenSearch {version}", ["-f", str(source / "pom.xml"), *copy])
    run(
        ["javac", "-nowarn", "-cp", f"{making}/*", "-d", making / "classes", source / "OpenSearchNode.java"],
        seconds=120,
    )
    making.rename(target)


def empty(target: Path) -> Path:
    """Return an empty folder beside the one that is being made."""
    making = target.with_name(f"{target.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    return making


def maven(what: str, arguments: list[str]) -> None:
    """Let Maven fetch something."""
    print(f"Fetching {what}", flush=True)
    try:
        run(["mvn", "-q", "-B", *arguments], seconds=900)
    except ServicesError as error:
        raise ServicesError(f"Maven could not fetch {what}, which needs a network. {error}") from error
