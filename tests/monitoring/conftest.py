"""Both databases, as the tests of the store have them."""

from tests.store.conftest import store, url  # noqa: F401 - fixtures
