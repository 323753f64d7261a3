"""OpenID Connect: a bank's own login, by authorization code with PKCE, state and nonce.

The provider only says who somebody is; what that person may do stands in the account, which a login never makes.
Its addresses and keys are asked for at each login, so that a changed key needs no restart.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from httpx import USE_CLIENT_DEFAULT, BasicAuth, Client, HTTPError, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ews.domain.errors import EwsError, SettingsError, UnauthenticatedError

CALLBACK = "/v1/login/oidc/callback"
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by a key pair only: with a shared secret whoever can check a token can make one."""
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderError(EwsError):
    """The provider of the bank's login does not answer, or not as OpenID Connect says."""

    code = "provider-unavailable"


@dataclass(frozen=True, slots=True)
class Oidc:
    """`redirect_base` is the address under which browsers reach the service; no `secret_file` for a public client."""

    issuer: str
    client_id: str
    redirect_base: str
    secret_file: Path | None = None

    def __post_init__(self) -> None:
        for name in ("issuer", "redirect_base"):
            _check_address(name, getattr(self, name))

    @property
    def redirect_uri(self) -> str:
        return self.redirect_base.rstrip("/") + CALLBACK


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a login that has begun is told by when it comes back; known to the browser of that person only."""

    state: str
    nonce: str
    verifier: str
    next_path: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider publishes about itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def new_attempt(next_path: str) -> Attempt:
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next_path)


def login_address(oidc: Oidc, attempt: Attempt) -> str:
    """Return where the browser goes to log in; ProviderError where the provider does not answer."""
    with Client(timeout=TIMEOUT_SECONDS) as client:
        provider = _discovered(client, oidc)
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": oidc.redirect_uri,
        "scope": "openid",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    address = provider.authorization_endpoint
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def subject_of(oidc: Oidc, attempt: Attempt, *, code: str, state: str) -> str:
    """Return the subject that the provider vouches for.

    UnauthenticatedError where the login is not the one that began, or the token does not hold; ProviderError where the
    provider does not answer.
    """
    if not secrets.compare_digest(state.encode(), attempt.state.encode()):
        raise _again("does not belong to this browser")
    with Client(timeout=TIMEOUT_SECONDS) as client:
        provider = _discovered(client, oidc)
        try:
            token = _token(client, provider, oidc, attempt, code)
            keys = _json(client, provider.jwks_uri)
        except (HTTPError, ValueError) as error:
            raise _unavailable(oidc, type(error).__name__) from None
    return _subject(oidc, attempt, token, keys)


def _token(client: Client, provider: Provider, oidc: Oidc, attempt: Attempt, code: str) -> object:
    """Return the ID token that the provider gives for a code; the secret of the client goes in the header only."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": oidc.redirect_uri,
        "code_verifier": attempt.verifier,
        "client_id": oidc.client_id,
    }
    secret = None if oidc.secret_file is None else _secret(oidc.secret_file)
    basic = USE_CLIENT_DEFAULT if secret is None else BasicAuth(quote(oidc.client_id, safe=""), quote(secret, safe=""))
    answer = client.post(provider.token_endpoint, data=form, auth=basic, headers={"accept": "application/json"})
    if answer.is_client_error:
        raise _again("was not confirmed by the provider")
    answer.raise_for_status()
    return _object(answer).get("id_token")


def _subject(oidc: Oidc, attempt: Attempt, token: object, keys: Mapping[str, Any]) -> str:
    claims = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": oidc.issuer},
        aud={"essential": True, "value": oidc.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": attempt.nonce},
    )
    try:
        known = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # what came over the net is checked there
        found = jwt.decode(str(token), known, algorithms=ALGORITHMS).claims
        claims.validate(found)
    except (JoseError, ValueError, KeyError):
        raise _again("came back with a token that does not hold") from None
    if found.get("azp", oidc.client_id) != oidc.client_id:
        raise _again("came back with a token for somebody else")
    return str(found["sub"])


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        message = (
            f"The secret of the login cannot be read from '{path}': {error.strerror}. Mend the setting or the file."
        )
        raise SettingsError(message) from None


def _discovered(client: Client, oidc: Oidc) -> Provider:
    try:
        content = _json(client, oidc.issuer.rstrip("/") + "/.well-known/openid-configuration")
    except (HTTPError, ValueError) as error:
        raise _unavailable(oidc, type(error).__name__) from None
    if content.get("issuer") != oidc.issuer:
        raise _unavailable(oidc, "it goes by another name")
    found = Provider(**{name: str(content.get(name)) for name in Provider.__dataclass_fields__})
    for name in Provider.__dataclass_fields__:
        _check_address(name, getattr(found, name))
    return found


def _json(client: Client, address: str) -> Mapping[str, Any]:
    answer = client.get(address, headers={"accept": "application/json"})
    answer.raise_for_status()
    return _object(answer)


def _object(answer: Response) -> Mapping[str, Any]:
    """Return what an answer holds; ValueError where that is no object."""
    content = answer.json()
    if not isinstance(content, dict):
        message = "not an object"
        raise ValueError(message)
    return content


def _check_address(name: str, address: str) -> None:
    """Raise SettingsError for an address that others could read along or change on the way."""
    parts = urlsplit(address)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)) or not parts.hostname:
        message = f"The login has '{address}' as {name}. Give an address with https://, or http:// on this machine."
        raise SettingsError(message)


def _again(what: str) -> UnauthenticatedError:
    return UnauthenticatedError(f"The login {what}. Begin again at /v1/login/oidc.")


def _unavailable(oidc: Oidc, why: str) -> ProviderError:
    message = f"The provider '{oidc.issuer}' cannot be used for logging in: {why}. Try again, or check the settings."
    return ProviderError(message)
