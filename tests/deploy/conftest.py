"""The service of the tests of serving, for what is asked of it from outside."""

from tests.serving.conftest import (  # noqa: F401 - fixtures
    app_client,
    casework_policy,
    client_of,
    clock,
    desk,
    event_loop_aside,
    looked,
    services,
    spot,
    store,
    two_batches,
)
