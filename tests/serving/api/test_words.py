from ews.domain.levels import Tier
from ews.domain.text import Language
from ews.serving.api.words import coded, coded_gives, coded_reason, feature_words
from tests.serving.conftest import FEATURE

BOTH = tuple(Language)


def test_a_code_comes_with_its_meaning():
    assert coded(Tier.LOSS, BOTH).model_dump(mode="json") == {"code": "loss", "text": {"en": "loss", "zh": "损失"}}
    assert coded_gives("red", [Language.ZH]).text == {Language.ZH: "红色预警"}
    assert coded_reason("ARREARS", [Language.EN]).text == {Language.EN: "Repayments are overdue"}
    assert feature_words({FEATURE.name: FEATURE}, "inflow_change_3m", [Language.ZH]) == {Language.ZH: "入账变动"}


def test_a_code_of_an_older_record_stays_a_bare_code():
    assert coded_gives("G7", BOTH).model_dump() == {"code": "G7", "text": {}}
    assert coded_reason("FORMER", BOTH).model_dump() == {"code": "FORMER", "text": {}}
    assert feature_words({FEATURE.name: FEATURE}, "former", BOTH) == {}
