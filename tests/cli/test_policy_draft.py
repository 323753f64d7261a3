from datetime import date

import pytest

from ews.cli.policy_choices import choices, keep_choice
from ews.cli.policy_draft import draft_value, revalued, write_draft
from ews.cli.settings import Settings
from ews.domain.errors import RequestError
from ews.policy.archive import keep
from ews.serving.policy_desk import Kind, NewValue
from tests.policy.policies import POLICY

SINCE = date(2099, 1, 1)
TEXT = (
    "[a]\nunit = 'days'\nvalues  = { 2023-07-01 = 90 }\n\n[ab] # not a\nvalues = { 1900-01-01 = 0.5, 2024-01-01 = 2 }\n"
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    keep(tmp_path / "home", POLICY)
    return Settings(home=tmp_path / "home")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("a", 60.0, "values  = { 2023-07-01 = 90, 2099-01-01 = 60 }"),
        ("ab", 0.25, "values = { 1900-01-01 = 0.5, 2024-01-01 = 2, 2099-01-01 = 0.25 }"),
    ],
)
def test_a_new_value_adds_a_date_and_leaves_every_other_line(name, value, line):
    old, new = TEXT.splitlines(), revalued(TEXT, NewValue(name, value, SINCE)).splitlines()
    assert [one for one in new if one not in old] == [line]
    assert len(new) == len(old)


@pytest.mark.parametrize(
    ("name", "since", "said"),
    [
        ("c", SINCE, "not written on one line"),
        ("ab", date(2024, 1, 1), "has a value from 2024-01-01 already"),
    ],
)
def test_what_cannot_be_changed_so_is_refused_in_words(name, since, said):
    with pytest.raises(RequestError, match=said):
        revalued(TEXT, NewValue(name, 1, since))


def test_a_draft_can_be_chosen_at_once_and_says_the_new_value_on_its_day(settings):
    name = draft_value(settings, POLICY.hash, NewValue("red_from_grade", 8, SINCE))
    assert name == "draft:red_from_grade=8 2099-01-01"
    found = {one.name: one for one in choices(settings)}[name]
    assert found.kind is Kind.DRAFT
    assert keep_choice(settings, name) == found.policy_hash != POLICY.hash


def test_a_second_draft_does_not_replace_the_first(settings):
    wanted = NewValue("red_from_grade", 8, SINCE)
    assert write_draft(settings.home, POLICY, wanted) == "draft:red_from_grade=8 2099-01-01"
    assert write_draft(settings.home, POLICY, wanted) == "draft:red_from_grade=8 2099-01-01 (2)"


def test_a_value_that_no_policy_may_have_leaves_no_draft(settings):
    with pytest.raises(RequestError, match="cannot be used"):
        draft_value(settings, POLICY.hash, NewValue("red_from_grade", -3, SINCE))
    assert [one for one in choices(settings) if one.kind is Kind.DRAFT] == []
    assert list((settings.home / "drafts").iterdir()) == []
