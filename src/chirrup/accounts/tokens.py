"""Access tokens: RS256 JSON Web Tokens (RFC 7519) whose keys live in the data directory."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chirrup.platform.clock import Clock
from chirrup.platform.errors import NotAuthenticated

_KEPT = 20_000
_ALGORITHM = "RS256"


class Claims(msgspec.Struct, frozen=True):
    """What a token says; `expires` in seconds since the Unix epoch."""

    account_id: int
    session_id: int
    expires: int


class Keys:
    """The signing keys in a folder: the newest signs, all verify."""

    def __init__(self, folder: Path) -> None:
        """Read the keys; in a new instance, make the first."""
        folder.mkdir(mode=0o700, exist_ok=True)
        files = sorted(folder.glob("*.pem")) or [_make_key(folder)]
        self._private = {file.stem: _read_key(file) for file in files}
        self.signing_id = files[-1].stem
        self.public = {kid: key.public_key() for kid, key in self._private.items()}

    @property
    def signing(self) -> rsa.RSAPrivateKey:
        """The key that signs."""
        return self._private[self.signing_id]

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517)."""
        return {
            "keys": [
                {**RSAAlgorithm.to_jwk(key, as_dict=True), "kid": kid, "use": "sig", "alg": _ALGORITHM}
                for kid, key in self.public.items()
            ]
        }


class Tokens:
    """Signs and verifies; a verified token is remembered until it expires."""

    def __init__(self, keys: Keys, clock: Clock, *, issuer: str, lifetime: int) -> None:
        """Make tokens valid for `lifetime` seconds."""
        self.lifetime = lifetime
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._verified: dict[str, Claims] = {}

    def jwks(self) -> dict[str, Any]:
        """Return the keys that verify."""
        return self._keys.jwks()

    def sign(self, account_id: int, session_id: int) -> str:
        """Return a fresh access token."""
        now = self._clock.now() // 1000
        claims = {
            "iss": self._issuer,
            "sub": str(account_id),
            "sid": str(session_id),
            "jti": secrets.token_urlsafe(9),
            "iat": now,
            "exp": now + self.lifetime,
        }
        return jwt.encode(claims, self._keys.signing, _ALGORITHM, {"kid": self._keys.signing_id})

    def verify(self, token: str) -> Claims:
        """Return what a token says.

        Raises:
            NotAuthenticated: it is not one of ours, or has expired.
        """
        claims = self._verified.get(token)
        if claims is None:
            claims = self._read(token)
            if len(self._verified) >= _KEPT:
                self._verified.clear()
            self._verified[token] = claims
        if claims.expires * 1000 <= self._clock.now():
            self._verified.pop(token, None)
            raise NotAuthenticated("The access token has expired.")
        return claims

    def _read(self, token: str) -> Claims:
        try:
            key = self._keys.public[jwt.get_unverified_header(token)["kid"]]
            read = jwt.decode(
                token,
                key,
                [_ALGORITHM],
                issuer=self._issuer,
                # `verify` holds the expiry against this process' own clock
                options={"require": ["sub", "sid", "exp"], "verify_exp": False, "verify_iat": False},
            )
            return Claims(int(read["sub"]), int(read["sid"]), int(read["exp"]))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise NotAuthenticated("The access token is not valid.") from error


def _make_key(folder: Path) -> Path:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{hashlib.sha256(pem).hexdigest()[:16]}.pem"
    # written under another name first: a crash leaves no half of a key
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)
    return file


def _read_key(file: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key")
    return key
