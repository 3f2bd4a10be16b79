"""Redis behind TLS."""

import datetime
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chirrup.platform.adapters.redis.link import AWAY, RedisLink
from tests.redis_servers import free_port, running_redis


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that signs itself; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wren")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "wren.crt", folder / "wren.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate_file, key_file


async def test_a_server_is_believed_only_if_its_certificate_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate_file, key_file = certificate(tmp_path)
    port = free_port()
    options = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(certificate_file), "--tls-key-file", str(key_file)]
    with running_redis(tmp_path, *options):
        async with RedisLink(f"rediss://127.0.0.1:{port}") as link:
            assert await link.get([b"a"]) == [AWAY]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate_file))
        async with RedisLink(f"rediss://127.0.0.1:{port}") as link:
            assert await link.get([b"a"]) == [None]
