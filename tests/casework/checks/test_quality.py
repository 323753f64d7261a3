from dataclasses import replace
from datetime import date

import pytest

from ews.casework.checks.prefill import Known
from ews.casework.checks.quality import Earlier, Entered, flags_of
from ews.policy.casework import QualityLimits
from ews.policy.forms import Contradiction
from tests.casework.checks.test_answers import field, form

LIMITS = QualityLimits(0.9, 20, 50, 0.5, 1, 2, 0.3, "practice", "M")
JUNE = date(2026, 6, 30)
MONDAY = date(2026, 7, 6)
SALES = Contradiction("feature:inflow_change_3m", ("yes",), below=-0.3)
LAWSUITS = Contradiction("feature:lawsuits_12m", than="less")
FORM = form(
    field("summary", "text"),
    field("workers", "count", source="fact:workers"),
    field("sales", "choice", contradicts=(SALES,)),
    field("lawsuits", "count", contradicts=(LAWSUITS,)),
    field("insured", "flag", contradicts=(Contradiction("feature:insurance_days_left", ("yes",), below=0),)),
    field("photo", "file"),
)
SEEN = "今日现场走访，车间三条生产线开工，在岗工人35人，库存约120万元，老板在厂。"


def flags(
    policy,
    answers,
    *,
    earlier=(),
    files=(),
    done_on=MONDAY,
    entered_on=MONDAY,
    known=None,
    prefilled=None,
    corrects=None,
):
    check = Entered(
        "C0000009",
        answers,
        files,
        done_on,
        entered_on,
        known or {},
        prefilled or {"workers": Known(30, JUNE)},
        corrects,
    )
    return flags_of(FORM, check, [Earlier("C0000001", *one) for one in earlier], LIMITS, policy.calendar)


def codes(*args, **more):
    return [flag.code for flag in flags(*args, **more)]


@pytest.mark.parametrize(
    "copy",
    [
        SEEN,
        "今日现场走访, 车间 三条生产线开工; 在岗工人３５人, 库存约1,200,000元, 老板在厂!",
        "今日现场走访，车间3条生产线开工，在岗工人三十五人，库存约一百二十万元，老板在厂。",
        SEEN.replace("35", "36"),
    ],
    ids=["word for word", "other marks", "other spelling of numbers", "one number changed"],
)
def test_a_text_copied_from_an_earlier_check_is_flagged_however_it_is_dressed(policy, copy):
    (flag,) = flags(policy, {"summary": copy}, earlier=[((SEEN,), ())])
    assert (flag.code, flag.field, flag.other) == ("near_identical", "summary", "C0000001")
    assert flag.evidence.en.startswith("'summary' is ")
    assert "C0000001" in flag.evidence.zh
    assert "文字相似度为" in flag.evidence.zh


@pytest.mark.parametrize(
    "own",
    [
        "今日现场走访，车间两条生产线开工，在岗工人28人，库存约95万元，老板在厂。",
        "今日现场走访，车间三条生产线停工，无人在岗，水表封停，库存120万元已被供应商拉走，老板失联。",
        "Visited the new warehouse: 35 workers, boxes for three customers, lorries waiting outside.",
    ],
    ids=["same template, own numbers", "same template, own facts", "another language"],
)
def test_a_text_of_the_same_template_with_facts_of_its_own_is_innocent(policy, own):
    assert codes(policy, {"summary": own}, earlier=[((SEEN,), ())]) == []


def test_short_texts_are_alike_by_nature(policy):
    assert codes(policy, {"summary": "一切正常", "workers": 31}, earlier=[(("一切正常",), ())]) == []


@pytest.mark.parametrize(("likeness", "found"), [(17, []), (18, ["near_identical"])])
def test_two_texts_are_near_identical_from_the_share_that_the_policy_says(policy, likeness, found):
    text, other = "abcdefghijklmnopqrst", "abcdefghijklmnopqrst"[:likeness] + "9" * 0 + "XYZ"[: 20 - likeness]
    assert codes(policy, {"summary": text, "workers": 31}, earlier=[((other,), ())]) == found


def test_a_correction_may_say_again_what_it_corrects_and_comes_late(policy):
    late = {"entered_on": date(2026, 7, 20), "earlier": [((SEEN,), ("f" * 64,))], "files": ("f" * 64,)}
    assert codes(policy, {"summary": SEEN}, **late) == ["near_identical", "same_file", "late_entry"]
    assert codes(policy, {"summary": SEEN}, **late, corrects="C0000001") == []


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"summary": "7月3日走访，一切正常，近三个月流水平稳，电话13800138000"}, ["no_figures"]),
        ({"summary": "一切正常", "workers": 30}, ["no_figures"]),
        ({"summary": "一切正常", "workers": 31}, []),
        ({"summary": "在岗三十五人"}, []),
        ({"summary": "开工率约七成"}, []),
        ({}, ["no_figures"]),
    ],
    ids=["when is no figure", "merely prefilled", "changed", "Chinese numerals", "tenths", "nothing"],
)
def test_a_check_tells_numbers_that_were_seen(policy, answers, found):
    assert codes(policy, answers) == found


def test_too_few_figures_are_told_with_how_many_there_are(policy):
    (flag,) = flags(policy, {"summary": "一切正常"})
    assert flag.evidence.en == "It tells 0 numbers besides what was prefilled; 1 are expected"
    assert flag.evidence.zh == "除预填内容外仅有 0 项数据，应不少于 1 项"


@pytest.mark.parametrize(
    ("answers", "source", "value", "found"),
    [
        ({"sales": "yes"}, "inflow_change_3m", -0.31, ["contradicts"]),
        ({"sales": "yes"}, "inflow_change_3m", -0.3, []),
        ({"sales": "no"}, "inflow_change_3m", -0.9, []),
        ({"lawsuits": 3}, "lawsuits_12m", 5, ["contradicts"]),
        ({"lawsuits": 7}, "lawsuits_12m", 10, []),
        ({"lawsuits": 6}, "lawsuits_12m", 10, ["contradicts"]),
        ({"lawsuits": 12}, "lawsuits_12m", 10.0, []),
        ({"lawsuits": 0}, "lawsuits_12m", None, []),
        ({"lawsuits": 0}, "other", 10, []),
        ({"insured": True, "workers": 31}, "insurance_days_left", -1, ["contradicts"]),
        ({"insured": True, "workers": 31}, "insurance_days_left", 0, []),
        ({"insured": False, "workers": 31}, "insurance_days_left", -1, []),
    ],
)
def test_an_answer_that_the_book_speaks_against_beyond_tolerance_is_flagged(policy, answers, source, value, found):
    known = {f"feature:{source}": Known(value, JUNE)}
    assert codes(policy, {"workers": 31, **answers}, known=known) == found


def test_a_contradiction_names_answer_source_value_and_day(policy):
    (flag,) = flags(policy, {"lawsuits": 1}, known={"feature:lawsuits_12m": Known(5.0, JUNE)})
    assert flag.field == "lawsuits"
    assert flag.evidence.en.startswith("'lawsuits' is answered with 1; the book of 2026-06-30 says otherwise: ")
    assert flag.evidence.en.endswith(" = 5")
    assert flag.evidence.zh.startswith("“lawsuits”填报为1，与 2026-06-30 的账面数据不符：")


@pytest.mark.parametrize(
    ("done_on", "entered_on", "found"),
    [
        (date(2026, 7, 6), date(2026, 7, 8), []),
        (date(2026, 7, 6), date(2026, 7, 9), ["late_entry"]),
        (date(2026, 7, 3), date(2026, 7, 7), []),
        (date(2026, 7, 3), date(2026, 7, 8), ["late_entry"]),
        (date(2026, 9, 30), date(2026, 10, 9), []),
        (date(2026, 9, 30), date(2026, 10, 10), ["late_entry"]),
        (date(2026, 9, 18), date(2026, 9, 21), []),
        (date(2026, 9, 18), date(2026, 9, 22), ["late_entry"]),
    ],
    ids=[
        "last day",
        "day after",
        "over a weekend",
        "late by a day",
        "over the National Day",
        "late",
        "over a worked Sunday",
        "late after it",
    ],
)
def test_entry_is_late_after_the_working_days_of_the_policy(policy, done_on, entered_on, found):
    assert codes(policy, {"workers": 31}, done_on=done_on, entered_on=entered_on) == found


def test_late_entry_names_the_days(policy):
    (flag,) = flags(policy, {"workers": 31}, entered_on=date(2026, 7, 9))
    assert flag.evidence.en == "Done on 2026-07-06, entered on 2026-07-09; the last day for it was 2026-07-08"
    assert flag.evidence.zh == "检查日 2026-07-06，录入日 2026-07-09，最迟应于 2026-07-08 录入"


def test_a_photo_of_an_earlier_check_is_flagged_and_a_new_one_is_not(policy):
    old, new = "a" * 64, "b" * 64
    (flag,) = flags(policy, {"workers": 31, "photo": old}, files=(old, new), earlier=[((), (old,))])
    assert (flag.code, flag.field, flag.other) == ("same_file", "photo", "C0000001")
    assert codes(policy, {"workers": 31, "photo": new}, files=(new,), earlier=[((), (old,))]) == []


@pytest.mark.parametrize(("share", "found"), [(0.34, ["near_identical"]), (0.33, [])])
def test_from_which_share_of_own_numbers_a_text_is_no_copy_is_the_policys(policy, monkeypatch, share, found):
    monkeypatch.setattr("tests.casework.checks.test_quality.LIMITS", replace(LIMITS, own_figures=share))
    copy = SEEN.replace("35", "36")  # one number of three
    assert codes(policy, {"summary": copy}, earlier=[((SEEN,), ())]) == found
