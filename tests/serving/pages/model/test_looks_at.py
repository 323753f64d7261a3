from ews.features.catalogue import FAMILIES, FEATURES, family_name
from ews.serving.pages.model.looks_at import _PLAIN, families

NAMES = [feature.name for feature in FEATURES]


def test_every_family_is_described():
    assert set(_PLAIN) == {family_name(one) for one in FAMILIES}


def test_all_features_are_counted_once_by_the_way_in_which_risk_rises():
    found = families(NAMES, None)
    assert sum(len(one.features) for one in found) == len(FEATURES)
    assert all(sum(map(one.counted, ("higher", "lower", "none"))) == len(one.features) for one in found)
    assert {one.share for one in found} == {None}


def test_a_family_weighs_what_its_features_add_and_the_weightiest_stands_first():
    found = families(
        ["inflow_3m", "inflow_12m", "inquiries_6m", "gone_feature"], {"inquiries_6m": 3.0, "inflow_3m": 1.0}
    )
    assert [(one.name, one.share) for one in found] == [("credit_inquiries", 0.75), ("account_flows", 0.25)]
    assert [one.name for one in found[1].examples] == ["inflow_3m", "inflow_12m"]
