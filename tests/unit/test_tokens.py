"""Access tokens: only those that this instance has signed, and only while they are valid."""

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chirrup.accounts.tokens import Keys, Tokens
from chirrup.platform.errors import NotAuthenticated
from tests.clock import HandClock

ISSUER = "https://chirrup.example"
ACCOUNT, SESSION = 11, 22


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of an instance."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clock() -> HandClock:
    """The time, which stands still unless a test moves it."""
    return HandClock()


@pytest.fixture
def tokens(keys: Keys, clock: HandClock) -> Tokens:
    """Tokens that are valid for a minute."""
    return Tokens(keys, clock, issuer=ISSUER, lifetime=60)


def claims(clock: HandClock, **others: Any) -> dict[str, Any]:
    now = clock.now() // 1000
    return {"iss": ISSUER, "sub": str(ACCOUNT), "sid": str(SESSION), "iat": now, "exp": now + 60} | others


def encoded(part: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")


def test_a_token_says_whose_it_is(tokens: Tokens) -> None:
    for _ in range(2):
        read = tokens.verify(tokens.sign(ACCOUNT, SESSION))
        assert (read.account_id, read.session_id) == (ACCOUNT, SESSION)


def test_a_token_expires_to_the_second_also_when_it_was_seen_before(tokens: Tokens, clock: HandClock) -> None:
    token = tokens.sign(ACCOUNT, SESSION)
    clock.time -= clock.time % 1000
    clock.move(59.999)
    tokens.verify(token)
    clock.move(0.001)
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            tokens.verify(token)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_tampered_with_is_refused(tokens: Tokens, part: int) -> None:
    parts = tokens.sign(ACCOUNT, SESSION).split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    with pytest.raises(NotAuthenticated):
        tokens.verify(".".join(parts))


def test_another_instance_s_token_is_refused(tokens: Tokens, clock: HandClock, keys: Keys, tmp_path: Path) -> None:
    others = Keys(tmp_path / "keys")
    with pytest.raises(NotAuthenticated):
        tokens.verify(Tokens(others, clock, issuer=ISSUER, lifetime=60).sign(ACCOUNT, SESSION))
    # signed with another key under the name of ours
    forged = jwt.encode(claims(clock), others.signing, "RS256", {"kid": keys.signing_id})
    with pytest.raises(NotAuthenticated):
        tokens.verify(forged)


def test_a_token_of_another_issuer_is_refused(tokens: Tokens, clock: HandClock, keys: Keys) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(Tokens(keys, clock, issuer="https://elsewhere.example", lifetime=60).sign(ACCOUNT, SESSION))


def test_a_token_without_a_signature_is_refused(tokens: Tokens, clock: HandClock, keys: Keys) -> None:
    for algorithm in ("none", "None", "NONE"):
        header = {"alg": algorithm, "typ": "JWT", "kid": keys.signing_id}
        pieces = [encoded(part) for part in (header, claims(clock))]
        with pytest.raises(NotAuthenticated):
            tokens.verify(b".".join([*pieces, b""]).decode())


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    tokens: Tokens, clock: HandClock, keys: Keys
) -> None:
    public = keys.public[keys.signing_id].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": keys.signing_id}
    signed = b".".join(encoded(part) for part in (header, claims(clock)))
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed, "sha256")).rstrip(b"=")
    with pytest.raises(NotAuthenticated):
        tokens.verify(b".".join((signed, signature)).decode())


@pytest.mark.parametrize("missing", ["sub", "sid", "exp", "iss"])
def test_a_token_that_lacks_a_claim_is_refused(tokens: Tokens, clock: HandClock, keys: Keys, missing: str) -> None:
    partial = {name: value for name, value in claims(clock).items() if name != missing}
    with pytest.raises(NotAuthenticated):
        tokens.verify(jwt.encode(partial, keys.signing, "RS256", {"kid": keys.signing_id}))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 5000, "\ud800", "eyJhbGciOiJSUzI1NiJ9..", "ü.ü.ü"])
def test_what_is_no_token_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def test_old_keys_verify_and_the_newest_signs(clock: HandClock, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    early = Tokens(Keys(folder), clock, issuer=ISSUER, lifetime=60)
    token = early.sign(ACCOUNT, SESSION)
    (key,) = folder.glob("*.pem")
    Keys(tmp_path / "more")
    (another,) = (tmp_path / "more").glob("*.pem")
    another.rename(folder / f"~{another.name}")
    later = Tokens(Keys(folder), clock, issuer=ISSUER, lifetime=60)
    assert later.verify(token).account_id == ACCOUNT
    assert jwt.get_unverified_header(later.sign(ACCOUNT, SESSION))["kid"] != key.stem
    assert {entry["kid"] for entry in later.jwks()["keys"]} == {key.stem, f"~{another.stem}"}
    assert all("d" not in entry for entry in later.jwks()["keys"])
