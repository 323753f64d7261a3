"""What the provider sends is believed only where it holds: a provider that lies, on this machine."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from ews.domain.errors import SettingsError, UnauthenticatedError
from ews.serving.oidc import Oidc, ProviderError, login_address, new_attempt, subject_of

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1"})


@dataclass
class Liar:
    """A provider that hands out the token that it is told to."""

    issuer: str = ""
    token: str | None = ""
    about: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    authorization: str | None = None

    def says(self, path: str) -> dict[str, Any]:
        if path == "/jwks":
            return {"keys": [KEY.as_dict(private=False)]}
        if path == "/token":
            told = {} if self.token is None else {"id_token": self.token}
            return {"access_token": "a", "token_type": "Bearer", **told}
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{at}" for name, at in names.items()}, **self.about}


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.says(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            made.asked = {name: found[0] for name, found in parse_qs(text).items()}
            made.authorization = self.headers["authorization"]
            self.do_GET()

        def log_message(self, *_args) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.issuer = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield made
        server.shutdown()


@pytest.fixture
def oidc(liar) -> Oidc:
    return Oidc(liar.issuer, "ews", "https://ews.bank/")


ATTEMPT = new_attempt("/v1/me")


def token(liar: Liar, header: dict[str, Any] | None = None, key: Any = KEY, **changed: Any) -> str:
    now = int(time.time())
    usual = {"iss": liar.issuer, "aud": "ews", "sub": "li@bank", "exp": now + 60, "iat": now, "nonce": ATTEMPT.nonce}
    claims = {name: value for name, value in {**usual, **changed}.items() if value is not None}
    return jwt.encode(header or {"alg": "RS256", "kid": "k1"}, claims, key)


def subject(oidc: Oidc) -> str:
    return subject_of(oidc, ATTEMPT, code="c", state=ATTEMPT.state)


def test_a_sound_token_tells_the_subject(liar, oidc):
    liar.token = token(liar)
    assert subject(oidc) == "li@bank"
    liar.token = token(liar, aud=["ews", "other"], azp="ews")
    assert subject(oidc) == "li@bank"


def test_the_code_is_exchanged_with_the_verifier_of_the_challenge(liar, oidc):
    address = login_address(oidc, ATTEMPT)
    liar.token = token(liar)
    subject(oidc)
    digest = hashlib.sha256(liar.asked["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert f"code_challenge={challenge}" in address
    assert (liar.asked["code"], liar.asked["grant_type"]) == ("c", "authorization_code")
    assert liar.asked["redirect_uri"] == "https://ews.bank/v1/login/oidc/callback"
    assert (liar.asked["client_id"], liar.authorization) == ("ews", None)


def test_a_client_with_a_secret_shows_it_in_the_header(liar, oidc, tmp_path):
    (tmp_path / "secret").write_text("a-secret-of-the-client\n")
    liar.token = token(liar)
    subject(Oidc(oidc.issuer, "ews", "https://ews.bank", tmp_path / "secret"))
    assert liar.authorization == "Basic " + base64.b64encode(b"ews:a-secret-of-the-client").decode()
    assert "a-secret-of-the-client" not in str(liar.asked)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 61},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 3_600},
        {"sub": None},
        {"sub": 7},
        {"aud": ["ews", "other"], "azp": "other"},
    ],
    ids=lambda changed: ",".join(changed) + ("-none" if None in changed.values() else ""),  # no times: workers compare
)
def test_a_token_about_something_else_is_refused(liar, oidc, changed):
    liar.token = token(liar, **changed)
    with pytest.raises(UnauthenticatedError, match="came back with a token"):
        subject(oidc)


def _unsigned(liar: Liar) -> str:
    claims = token(liar).split(".")[1]
    return base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=") + f".{claims}."


def test_a_token_of_another_key_is_refused(liar, oidc):
    shared = OctKey.import_key(base64.urlsafe_b64encode(KEY.as_pem(private=False)), {"kid": "k1"})
    forged = [
        token(liar, key=OTHER),
        token(liar, header={"alg": "HS256", "kid": "k1"}, key=shared),
        _unsigned(liar),
        token(liar)[:-4] + "AAAA",
        "not.a.token",
        "",
        None,
    ]
    for one in forged:
        liar.token = one
        with pytest.raises(UnauthenticatedError, match="token that does not hold"):
            subject(oidc)


def test_a_key_that_is_not_published_is_refused(liar, oidc):
    liar.token = token(liar, header={"alg": "RS256", "kid": "k9"})
    with pytest.raises(UnauthenticatedError):
        subject(oidc)


def test_another_state_is_refused_before_anybody_is_asked(liar, oidc):
    with pytest.raises(UnauthenticatedError, match="does not belong to this browser"):
        subject_of(oidc, ATTEMPT, code="c", state="another 状态")
    assert liar.asked == {}


def test_a_provider_by_another_name_or_without_tls_is_not_used(liar, oidc):
    liar.about = {"issuer": "https://evil"}
    with pytest.raises(ProviderError, match="it goes by another name"):
        login_address(oidc, ATTEMPT)
    liar.about = {"token_endpoint": "http://elsewhere/token"}
    with pytest.raises(SettingsError, match="'http://elsewhere/token' as token_endpoint"):
        login_address(oidc, ATTEMPT)


@pytest.mark.parametrize("address", ["http://login.bank", "login.bank", "ftp://login.bank", "https://", ""])
def test_addresses_that_others_could_read_along_are_refused(address):
    with pytest.raises(SettingsError, match=f"The login has '{address}' as issuer"):
        Oidc(address, "ews", "https://ews.bank")
    with pytest.raises(SettingsError, match=f"The login has '{address}' as redirect_base"):
        Oidc("https://login.bank", "ews", address)


def test_a_secret_that_cannot_be_read_is_told(liar, tmp_path):
    oidc = Oidc(liar.issuer, "ews", "https://ews.bank", tmp_path / "none")
    with pytest.raises(SettingsError, match=r"cannot be read from .*none.*: No such file"):
        subject(oidc)
