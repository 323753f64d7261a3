from collections.abc import Iterator

import pytest

from tests.features.peers.economies import need_peers


@pytest.fixture(autouse=True, scope="module")
def _a_single_peer_is_enough() -> Iterator[None]:
    """Small worlds have few of a trade; how many are needed is tested in tests/features/peers."""
    with pytest.MonkeyPatch.context() as patched:
        need_peers(patched, 1)
        yield
