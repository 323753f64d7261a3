from datetime import datetime

from ews.serving.api.local_times import FORMAT, tell_local_times


def _formats(openapi):
    schemas = openapi["components"]["schemas"]
    return {one.get("format") for name in schemas for one in schemas[name].get("properties", {}).values()}


def test_no_time_of_the_openapi_promises_an_offset(client):
    """RFC 3339 demands one of each `date-time`; what the service answers and takes has none."""
    openapi = client.get("/openapi.json").json()
    assert FORMAT in _formats(openapi)
    assert "date-time" not in _formats(openapi)
    published = next(iter(client.get("/v1/batches").json()["items"]))["published_at"]
    assert datetime.fromisoformat(published).tzinfo is None


def test_a_time_that_may_be_missing_is_local_too():
    schema = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    tell_local_times(schema)
    assert schema["anyOf"][0]["format"] == FORMAT


def test_a_field_that_is_called_format_is_left_alone():
    schema = {"properties": {"format": {"type": "string", "enum": ["date-time"]}}}
    tell_local_times(schema)
    assert schema == {"properties": {"format": {"type": "string", "enum": ["date-time"]}}}
