import re

import pytest

from ews.domain.features import PROTECTED, Feature
from ews.domain.reasons import ReasonCode
from ews.features.catalogue import FAMILIES, FEATURES, VERSION, family_name, family_of, feature


def test_the_families_stand_in_order():
    assert [family_name(family) for family in FAMILIES] == [
        "account_flows",
        "credit_inquiries",
        "guarantee_exposure",
        "card_overdraft",
        "repayment_history",
        "loan_profile",
        "collateral",
        "public_events",
        "economic_unit",
        "peers",
    ]


def test_every_name_is_taken_once():
    names = [each.name for each in FEATURES]
    assert len(names) == len(set(names))


def test_no_feature_names_a_protected_attribute():
    assert [each.name for each in FEATURES if set(each.name.split("_")) & PROTECTED] == []
    with pytest.raises(ValueError, match="protected"):
        Feature("age_of_owner", "count", "none", ReasonCode.SEASONING, "Age", "年龄")


def test_every_feature_and_its_reason_have_a_text_in_both_languages():
    for each in FEATURES:
        for text in (each.text, each.reason.text):
            assert text.en.strip()
            assert re.search("[一-鿿]", text.zh)


def test_a_name_that_speaks_of_months_says_the_same_in_both_texts():
    for each in FEATURES:
        months = re.search(r"_(\d+)m$", each.name)
        if months and months[1] != "1":
            assert months[1] in each.zh, each.name
            assert months[1] in each.en, each.name


def test_features_are_found_by_name_and_family():
    assert feature("inflow_3m").unit == "fen"
    assert family_of(feature("dpd_now")) == "repayment_history"
    with pytest.raises(KeyError):
        feature("shoe_size")


def test_the_version_is_sixteen_hex_digits():
    assert re.fullmatch("[0-9a-f]{16}", VERSION)
