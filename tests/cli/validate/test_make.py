from ews.cli.validate.catalogue import AREA_OF, BY_CODE
from ews.validation.results import WHOLE, Area, Verdict
from tests.cli.validate.conftest import Made


def whole(made: Made):
    return {one.test: one for one in made.found.results if one.about == WHOLE}


def test_the_rows_that_taught_are_built_again_to_the_byte(made):
    lineage = made.found.lineage
    assert (lineage.data_hash, lineage.rows_taught) == (made.model.reference["data_hash"], made.model.reference["rows"])
    assert whole(made)["hashes_differ"].value == 0


def test_every_borrower_of_every_snapshot_is_accounted_for(made):
    assert whole(made)["rows_reconcile"].value == 0
    assert all(one.borrowers == one.used + sum(one.left_out.values()) for one in made.found.snapshots)


def test_snapshots_that_matured_since_are_tested_and_held_against_the_first_validation(made):
    lineage, change = made.found.lineage, whole(made)["auc_change"]
    assert lineage.later_days
    assert min(lineage.later_days) > max(lineage.first_days)
    assert "initially" in change.note.en
    rows_later = sum(one.used for one in made.found.snapshots if one.as_of in lineage.later_days)
    assert change.n == rows_later


def test_each_result_is_of_the_catalogue_and_no_row_taught_and_tested(made):
    assert {one.test for one in made.found.results} <= set(BY_CODE)
    assert whole(made)["rows_taught_and_tested"].verdict is Verdict.PASSED


def test_without_a_batch_the_whole_system_is_not_judged_and_that_is_said(made):
    assert not [one for one in made.found.results if AREA_OF[one.test] is Area.EARLINESS]
    assert any("No published batch" in one.en for one in made.found.unproven)


def test_a_quick_validation_says_what_it_left_out(made):
    assert any("quick validation" in one.en for one in made.found.unproven)
    assert not [one for one in made.found.results if one.test in {"ablation", "shuffled_labels"}]
