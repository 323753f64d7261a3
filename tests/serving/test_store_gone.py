"""A service whose database goes away and comes back: a real PostgreSQL of its own, stopped and started again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.databases import postgresql_server, start
from ews.domain.people import Role
from ews.store.accounts import Profile, add_user
from ews.store.engine import open_store
from ews.store.tokens import add_token
from tests.serving.conftest import KEY, NOW
from tests.store.samples import JULY, published, row


@pytest.fixture
def server():
    with postgresql_server() as made:
        yield made


def test_readiness_and_figures_tell_that_the_store_is_gone_and_that_it_is_back(client_of, services, desk, server):
    store = open_store(server.get_uri(driver="psycopg"))
    published(store, "july", [row("B1")], as_of=JULY)
    own = replace(services, store=store, desk=replace(desk, store=store, audit_key=KEY))
    add_user(own.desk.log, "watch", Profile("Prometheus", frozenset({Role.OPERATOR})), by="ews", at=NOW)
    token = add_token(own.desk.log, "watch", expires_at=NOW + timedelta(days=1), by="ews", at=NOW)
    client, who = client_of(own), {"authorization": f"Bearer {token.secret}"}
    assert client.get("/readyz").status_code == 200
    assert "ews_store_up 1.0" in client.get("/metrics", headers=who).text

    server.get_postmaster_info().process.kill()
    server.get_postmaster_info().process.wait(60)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert [one["field"] for one in response.json()["errors"]] == ["store", "schema", "batch"]
    assert client.get("/healthz").status_code == 200
    told = client.get("/metrics", headers=who)
    assert (told.status_code, told.text) == (200, "ews_store_up 0\n")
    assert client.get("/v1/batches", headers=who).status_code == 503

    start(server)
    assert client.get("/readyz").status_code == 200
    found = client.get("/metrics", headers=who).text
    assert "ews_store_up 1.0" in found
    assert 'ews_batch_age_seconds{portfolio="sme"}' in found
    store.close()
