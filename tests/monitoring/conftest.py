"""Both databases, as the tests of the store have them."""

from tests.store.conftest import postgresql_url, store, url  # noqa: F401 - fixtures
