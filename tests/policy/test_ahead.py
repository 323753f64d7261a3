from datetime import date
from pathlib import Path

from ews.policy.ahead import ahead, first_change, last_change
from ews.policy.grades import scale_on
from tests.policy.policies import POLICY, load, small

JUNE, AUGUST = date(2026, 6, 30), date(2026, 8, 1)
LIMIT = ("parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2026-08-01 = 60, 2027-01-01 = 30 }")
WHEN = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')
SIGNAL = ("signals.toml", '"card_utilisation >= 0.8 and inflow_3m == 0"', '{ 2026-08-01 = "card_utilisation > 0.9" }')


def test_what_starts_by_the_day_counts_on_every_day_before_it(tmp_path: Path):
    policy = load(small(tmp_path, LIMIT, WHEN, SIGNAL))
    tried = ahead(policy, AUGUST)
    assert [one.value_on("substandard_above_dpd", JUNE) for one in (policy, tried)] == [90, 60]
    late, drawn = tried.rule("LATE").when.on(JUNE), tried.rule("DRAWN").when.on(JUNE)
    assert (late and late.text, drawn and drawn.text) == ("dpd > 7", "card_utilisation > 0.9")
    assert policy.rule("DRAWN").when.on(JUNE) is None
    assert scale_on(tried.scales, JUNE) == scale_on(policy.scales, AUGUST)


def test_what_starts_later_still_starts_later(tmp_path: Path):
    tried = ahead(load(small(tmp_path, LIMIT)), AUGUST)
    assert tried.value_on("substandard_above_dpd", date(2026, 12, 31)) == 60
    assert tried.value_on("substandard_above_dpd", date(2027, 1, 1)) == 30
    assert ahead(POLICY, JUNE).value_on("medium_renewals_qualify", date(2027, 9, 30)) == 0


def test_the_last_day_of_any_difference_is_found_whichever_policy_has_it(tmp_path: Path):
    plain, changed = load(small(tmp_path / "plain")), load(small(tmp_path / "changed", LIMIT, WHEN))
    assert last_change(plain, plain) is None
    assert last_change(plain, changed) == last_change(changed, plain) == date(2027, 1, 1)
    new = ("signals.toml", '"DRAWN"', '"DRAWN_FAR"')
    assert last_change(plain, load(small(tmp_path / "new", new, ("playbook.toml", '"DRAWN"', '"DRAWN_FAR"')))) == date(
        1900, 1, 1
    )


def test_casework_and_forms_to_come_are_tried_on_days_before_them(tmp_path: Path):
    path = small(tmp_path) / "forms.toml"
    text = path.read_text(encoding="utf-8")
    later = text[text.rindex("[[form]]") :].replace("1900-01-01", "2026-08-01").replace("Day of the event", "The day")
    path.write_text(f"{text}\n{later}", encoding="utf-8")
    policy = load(tmp_path)
    for one, told in ((policy, "Day of the event"), (ahead(policy, AUGUST), "The day")):
        event = one.forms_on(JUNE).form("event")
        field = event and event.field("event_on")
        assert field is not None
        assert field.text.en == told
    assert ahead(policy, AUGUST).casework_on(JUNE) == policy.casework_on(AUGUST)


def test_the_first_day_of_any_difference_is_the_day_from_which_a_policy_can_hold(tmp_path: Path):
    plain, changed = load(small(tmp_path / "plain")), load(small(tmp_path / "changed", LIMIT, WHEN))
    assert first_change(plain, plain) is None
    assert first_change(plain, changed) == first_change(changed, plain) == AUGUST
