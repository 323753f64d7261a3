import pytest

from ews.validation.catalogue import BY_CODE
from ews.validation.findings import MUST_HOLD, Severity, findings_of
from ews.validation.opinion import Answer, answer_of, by_area, chapter_verdict
from ews.validation.results import WHOLE, Area, Result, Verdict

AUC, SURE = (
    Result("auc", WHOLE, 0.8, Verdict.PASSED, 100),
    Result("jeffreys_portfolio", WHOLE, 0.5, Verdict.PASSED, 100),
)
SOUND = (AUC, SURE)


def result(test: str, verdict: Verdict, about: str = WHOLE) -> Result:
    return Result(test, about, 0.1, verdict, 100)


@pytest.mark.parametrize(
    ("test", "verdict", "about", "severity"),
    [
        ("auc", Verdict.FAILED, WHOLE, Severity.HIGH),
        ("auc", Verdict.WATCH, WHOLE, Severity.LOW),
        ("monotone_breaches", Verdict.FAILED, "feature:dpd_now", Severity.MEDIUM),
        ("psi_score", Verdict.FAILED, WHOLE, Severity.MEDIUM),
        ("psi_score", Verdict.WATCH, WHOLE, Severity.LOW),
    ],
)
def test_a_finding_is_as_grave_as_the_test_binds(test, verdict, about, severity):
    (found,) = findings_of([*SOUND, result(test, verdict, about)][-1:])
    assert found.severity is severity


def test_what_passed_could_not_tell_or_is_told_only_makes_no_finding():
    quiet = [result("ks", verdict) for verdict in (Verdict.PASSED, Verdict.TOO_FEW, Verdict.TOLD)]
    assert findings_of(quiet) == ()


def test_a_test_makes_one_finding_with_its_places_the_gravest_first():
    results = [
        result("psi_feature", Verdict.WATCH, "feature:a"),
        result("psi_feature", Verdict.FAILED, "feature:b"),
        result("auc", Verdict.FAILED),
    ]
    found = findings_of(results)
    assert [(one.test, one.about) for one in found] == [("auc", (WHOLE,)), ("psi_feature", ("feature:b", "feature:a"))]


@pytest.mark.parametrize(
    ("results", "settled", "answer"),
    [
        (SOUND, (), Answer.YES),
        ((*SOUND, result("psi_score", Verdict.WATCH)), (), Answer.CONDITIONS),
        ((*SOUND, result("psi_score", Verdict.WATCH)), ("psi_score",), Answer.YES),
        ((*SOUND, result("monotone_breaches", Verdict.FAILED)), (), Answer.NO),
        ((*SOUND, result("monotone_breaches", Verdict.FAILED)), ("monotone_breaches",), Answer.YES),
        ((*SOUND, result("auc_0_dpd", Verdict.TOO_FEW)), (), Answer.CONDITIONS),
        ((SURE, result("auc", Verdict.TOO_FEW)), (), Answer.CANNOT_SAY),
        ((), (), Answer.CANNOT_SAY),
    ],
)
def test_the_answer_follows_from_the_results_and_from_what_was_signed_off(results, settled, answer):
    assert answer_of(results, settled) is answer


@pytest.mark.parametrize(
    ("verdicts", "chapter"),
    [
        ((Verdict.PASSED, Verdict.TOLD), Verdict.PASSED),
        ((Verdict.PASSED, Verdict.FAILED), Verdict.WATCH),
        ((Verdict.TOLD,), Verdict.TOLD),
        ((Verdict.TOO_FEW, Verdict.TOLD), Verdict.TOO_FEW),
    ],
)
def test_a_chapter_is_as_good_as_its_results(verdicts, chapter):
    assert chapter_verdict([result("ks", verdict) for verdict in verdicts]) is chapter


def test_a_chapter_fails_where_a_test_that_must_hold_failed_and_empty_ones_are_left_out():
    results = [result("auc", Verdict.FAILED), result("ks", Verdict.PASSED)]
    told = by_area(results, {"auc": Area.DISCRIMINATION, "ks": Area.DISCRIMINATION})
    assert list(told) == [Area.DISCRIMINATION]
    verdict, counts = told[Area.DISCRIMINATION]
    assert (verdict, counts[Verdict.FAILED], counts[Verdict.PASSED]) == (Verdict.FAILED, 1, 1)


def test_what_must_hold_are_tests_that_there_are():
    assert set(BY_CODE) >= MUST_HOLD
