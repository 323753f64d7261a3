import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from ews.domain.levels import Tier, WarningLevel
from ews.store.engine import writing
from tests.store.samples import published, row


@pytest.fixture
def figures():
    """Give a function that reads the metrics as {(name, labels): value}."""

    def read(client):
        found = {}
        for family in text_string_to_metric_families(client.get("/metrics").text):
            for sample in family.samples:
                found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        return found

    return read


def test_requests_are_counted_by_the_template_of_their_route(client, figures):
    client.get("/v1/borrowers/B1")
    client.get("/v1/borrowers/B2")
    client.get("/v1/borrowers/B9")
    client.get("/nowhere/B9")
    client.request("BREW", "/v1/policy")
    found = figures(client)
    route = "/v1/borrowers/{borrower_id}"
    assert found["ews_requests_total", (("method", "GET"), ("route", route), ("status", "200"))] == 2
    assert found["ews_requests_total", (("method", "GET"), ("route", route), ("status", "404"))] == 1
    assert found["ews_requests_total", (("method", "GET"), ("route", "unmatched"), ("status", "404"))] == 1
    assert found["ews_request_seconds_count", (("method", "GET"), ("route", route))] == 3
    assert not [labels for _, labels in found if "B9" in str(labels) or "BREW" in str(labels)]


def test_batches_and_decisions_are_counted_from_the_store(client, store, figures):
    red = row("C1", level=WarningLevel.RED, tier=Tier.LOSS)
    published(store, "cards", [red, row("C2")], portfolio="retail")
    found = figures(client)
    assert found["ews_store_up", ()] == 1
    assert found["ews_batch_age_seconds", (("portfolio", "sme"),)] == 3600
    assert found["ews_batch_as_of_age_days", (("portfolio", "retail"),)] == 32
    labels = (("level", "red"), ("portfolio", "retail"), ("tier", "loss"))
    assert found["ews_decisions", labels] == 1
    labels = (("level", "orange"), ("portfolio", "sme"), ("tier", "special_mention"))
    assert found["ews_decisions", labels] == 5


def test_a_store_that_fails_shows_in_the_figures(client, store, figures):
    with writing(store) as connection:
        connection.execute(text("ALTER TABLE batches RENAME TO gone"))
    found = figures(client)
    assert found["ews_store_up", ()] == 0
    assert ("ews_batch_age_seconds", (("portfolio", "sme"),)) not in found


def test_two_apps_count_apart(client_of, services, figures):
    first, second = client_of(services), client_of(services)
    first.get("/v1/policy")
    labels = (("method", "GET"), ("route", "/v1/policy"), ("status", "200"))
    assert figures(first)["ews_requests_total", labels] == 1
    assert ("ews_requests_total", labels) not in figures(second)
