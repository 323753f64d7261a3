from collections.abc import Iterator

import pytest

from ews.features.peers import groups


@pytest.fixture(autouse=True, scope="module")
def _a_single_peer_is_enough() -> Iterator[None]:
    """Small worlds have few of a trade; how many are needed is tested in tests/features/peers."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "LEAST_PEERS", 1)
        yield
