import pytest

from ews.events.rejections import Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_both_languages(reason):
    assert reason.text.en
    assert not reason.text.zh.isascii()
