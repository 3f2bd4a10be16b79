"""The keys by which services know who asks."""

import jwt

from chirrup.platform.errors import StartRefused


def check_key(private_key: str, algorithm: str, service: str) -> None:
    """Refuse a key, in PEM, that cannot sign with an algorithm.

    Raises:
        StartRefused: it cannot.
    """
    try:
        jwt.encode({}, private_key, algorithm)
    except (jwt.InvalidKeyError, ValueError, TypeError) as error:
        raise StartRefused(f"The key of {service} cannot sign with {algorithm}: {error}.") from error
