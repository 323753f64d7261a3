"""Nothing that logs somebody in is written anywhere: neither to the logs nor to the log of look-ups nor to answers."""

from datetime import timedelta
from io import StringIO

import pytest
import structlog
from sqlalchemy import text

from ews.domain.people import Role
from ews.serving.app import create_app
from ews.serving.logs import configure_logs
from ews.store.accounts import Profile, add_user
from ews.store.engine import reading
from ews.store.tokens import add_token
from tests.serving.conftest import NOW

PASSWORD = "right horse battery"  # noqa: S105 - of the test
TYPED = "wrong horse battery"
CODE, STATE, NONSENSE = "code-of-the-provider-77", "state-of-the-login-88", "ews_made-up-token-99"


@pytest.fixture
def told():
    """Give what the service logs, all of it, and put the logs back."""
    stream, before = StringIO(), structlog.get_config()
    configure_logs(stream)
    yield stream
    structlog.configure(**before)


def test_no_password_token_session_or_code_is_told(services, looked, store, app_client, told):
    log = services.desk.log
    add_user(log, "li", Profile("Li", frozenset({Role.AUDITOR})), by="ews", at=NOW, password=PASSWORD)
    add_user(log, "core", Profile("Core", frozenset({Role.OPERATOR})), by="ews", at=NOW)
    token = add_token(log, "core", expires_at=NOW + timedelta(days=1), by="ews", at=NOW).secret
    client = app_client(create_app(services, now=lambda: NOW))

    def bearer(secret):
        return {"authorization": f"Bearer {secret}"}

    said = [
        client.post("/v1/login", json={"user": "li", "password": TYPED}),
        client.post("/login", data={"user": "li", "password": TYPED}, headers={"accept-language": "en"}),
        client.post("/v1/login", json={"user": PASSWORD, "password": "", "pasword": TYPED}),
        client.post(
            "/v1/login", content=f'{{"user": "li", "password": "{TYPED}', headers={"content-type": "application/json"}
        ),
        client.post(f"/v1/login?password={TYPED.replace(' ', '%20')}", json={"user": "li", "password": TYPED}),
        client.post("/v1/login", json={"user": "li", "password": PASSWORD}),
        client.get("/v1/me"),
        client.get("/v1/me", headers=bearer(token)),
        client.get("/v1/me", headers=bearer(NONSENSE)),
        client.get("/v1/borrowers/B1", headers=bearer(token)),
        client.get("/v1/login/oidc/callback", params={"code": CODE, "state": STATE}),
        client.get("/v1/login/oidc/callback", params={"code": CODE, "state": STATE, "surplus": CODE}),
    ]
    session = client.cookies["ews-session"]
    client.post("/v1/logout", headers={"origin": "http://127.0.0.1:8000"})
    assert [one.status_code for one in said] == [401, 401, 422, 400, 400, 200, 200, 200, 401, 200, 404, 400]
    with reading(store) as connection:
        tables = ("audit", "acts", "users")
        rows = [str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tables]
    written = "\n".join((told.getvalue(), str(looked.entries), *rows))
    assert "request" in told.getvalue()
    assert len(looked.entries) > 5
    secrets = (PASSWORD, TYPED, TYPED.replace(" ", "%20"), session, token, NONSENSE, CODE, STATE)
    assert [one for one in secrets if one in written] == []
    answers = "\n".join(one.text for one in said)
    assert [one for one in (session, token, CODE, STATE, NONSENSE) if one in answers] == []
    assert [place for place, one in enumerate(said) if TYPED in one.text] == []
