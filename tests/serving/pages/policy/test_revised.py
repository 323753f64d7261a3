from ews.domain.text import Language
from ews.serving.pages.policy.revised import changes
from tests.policy.policies import load, small

LIMIT = ("parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2026-08-01 = 60 }")
WHEN = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')
CODE = ("signals.toml", '"DRAWN"', '"DRAWN_FAR"'), ("playbook.toml", '"DRAWN"', '"DRAWN_FAR"')


def told(tmp_path, *edits):
    old, new = load(small(tmp_path / "old")), load(small(tmp_path / "new", *edits))
    return changes(old, new, Language.EN)


def test_a_policy_differs_from_itself_in_nothing(tmp_path):
    assert told(tmp_path) == ()


def test_a_new_value_stands_beside_the_one_that_it_follows(tmp_path):
    (found,) = told(tmp_path, LIMIT)
    assert (found.part, found.since, found.old, found.new) == ("parameters", "2026-08-01", "90 days", "60 days")


def test_where_a_value_is_taken_back_the_one_before_it_holds_again(tmp_path):
    old, new = load(small(tmp_path / "old", LIMIT)), load(small(tmp_path / "new"))
    (found,) = changes(old, new, Language.EN)
    assert (found.since, found.old, found.new) == ("2026-08-01", "60 days", "90 days")


def test_a_new_condition_is_told_under_its_code(tmp_path):
    (found,) = told(tmp_path, WHEN)
    assert (found.part, found.entry, found.since) == ("tier_rules", "LATE", "2026-08-01")
    assert (found.old, found.new) == ("dpd > 0", "dpd > 7")


def test_what_is_new_has_no_former_value_and_what_is_gone_no_new_one(tmp_path):
    found = [one for one in told(tmp_path, *CODE) if one.part == "signals"]
    assert {one.old for one in found if one.entry == "DRAWN_FAR"} == {None}
    assert {one.new for one in found if one.entry == "DRAWN"} == {None}
