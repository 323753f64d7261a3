"""Batches written by hand over the book of ledgers: what matters is who was on the list when, and what came."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ews.cli.validate import system
from ews.cli.validate.curves import curves_of
from ews.cli.validate.paper import paper_of
from ews.cli.validate.system import LEAST_MONTHS, horizon_watched, marked, watched
from ews.domain.errors import PolicyError
from ews.domain.text import Language, Text
from ews.outcomes.definition import Definition
from ews.outcomes.fates import defaults_by_day
from ews.outcomes.horizon import months_later
from ews.validation.earliness.results import RULES_ALONE
from ews.validation.results import WHOLE, Result, Verdict
from tests.cli.validate.conftest import Made
from tests.training.ledgers import LAST
from tests.validation.made import examined

FIRST = date(2023, 6, 30)
DAYS = tuple(months_later(FIRST, month) for month in range(23))
KNOWN = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("first", "horizon", "watched_months"),
    [
        (months_later(KNOWN, -13), 12, 12),
        (months_later(KNOWN, -12), 12, 0),
        (months_later(KNOWN, -2 * LEAST_MONTHS), 24, LEAST_MONTHS),
        (months_later(KNOWN, -2 * LEAST_MONTHS + 1), 24, 0),
    ],
)
def test_a_default_is_looked_back_on_over_the_whole_horizon_or_what_was_watched_of_it(first, horizon, watched_months):
    assert horizon_watched((first,), KNOWN, horizon) == watched_months


def test_without_batches_nothing_is_watched():
    assert horizon_watched((), KNOWN, 12) == 0


@pytest.fixture(scope="module")
def folders(made, tmp_path_factory):
    """Return batches of a system that had warned of all who default half a year ahead."""
    failed = defaults_by_day(made.book, Definition.from_dict(made.model.definition), LAST)
    first = failed.groupby("borrower_id")["default_on"].min()
    folders = {day: tmp_path_factory.mktemp(f"batch-{day}") for day in DAYS}
    for day, folder in folders.items():
        _rows(first, pd.Timestamp(day)).to_parquet(folder / "decisions.parquet")
    return folders


@pytest.fixture(scope="module")
def seen(made, folders):
    """Return what the whole system is found to have said."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(system, "_batches", lambda *_: ())
        patched.setattr(system, "_folders", lambda *_: folders)
        return watched(made.settings.home, object(), made.book, made.model, replicates=20, seed=1)


@pytest.mark.parametrize("fault", [None, "the folder is gone"])
def test_a_full_validation_tells_what_rules_alone_would_have_said_or_why_not(made, folders, seen, monkeypatch, fault):
    def said(*_):
        if fault is not None:
            raise PolicyError(fault)
        rows = system._said(folders)[["borrower_id", "as_of"]]
        return rows.assign(rules_level=0, rules_urgency=0.0, rules_signals_urgency=0.0)

    monkeypatch.setattr(system, "_batches", lambda *_: ())
    monkeypatch.setattr(system, "_folders", lambda *_: folders)
    monkeypatch.setattr(system, "said_by_rules", said)
    found = watched(
        made.settings.home, object(), made.book, made.model, replicates=20, seed=1, policy_by_hash={}.get
    )  # fmt: skip
    told = {one.test: one.value for one in found.results if one.about == f"system:{RULES_ALONE}"}
    if fault is None:
        whole = next(one for one in found.results if (one.test, one.about) == ("exposure_flagged_early", WHOLE))
        assert (told["exposure_flagged_early"], told["beyond"]) == (0.0, whole.value)  # they never warned
    else:
        assert not told
        assert found.why.en == f"{seen.why.en} What rules alone would have said cannot be told: {fault}."
        assert found.results == seen.results


def test_who_was_on_the_list_in_time_counts_by_what_the_book_knows_today(seen):
    told = {one.test: one for one in seen.results if one.about == WHOLE}
    assert seen.horizon_months == 6
    assert told["exposure_flagged_early"].n > 10
    fates = {one.about: one.value for one in seen.results if one.test == "exposure_fate"}
    no_room = {"fate:too_soon": 1.0, "fate:early": 0.0, "fate:crowded_out": 0.0, "fate:late": 0.0, "fate:unseen": 0.0}
    assert fates == no_room  # a default comes 90 days after its arrears: half a year leaves no quarter before them
    assert told["exposure_flagged_at_all"].value > 0.5
    assert {one.about for one in seen.results if one.test == "beyond"} == {
        f"system:{name}" for name in ("dpd_alone", "pd_alone", "chance")
    }


def test_the_report_draws_how_early_it_was(made: Made, seen):
    curves = replace(made.found.curves, leads=curves_of(examined(60), (), seen).leads)
    assert len(curves.leads) == int(seen.found.heard.defaults["lead_days"].notna().sum())
    found = replace(made.found, results=seen.results, curves=curves)
    titles = [block.title for one in paper_of(found, made.model, (), Language.EN).sections for block in one.blocks
              if hasattr(block, "title")]  # fmt: skip
    assert [title for title in titles if "early" in title or "Lead" in title] == [
        "How early: share of defaults flagged by so many days before first arrears",
        "Lead times",
    ]


def test_what_is_provisional_says_so_on_every_result():
    plain, why = Result("beyond", WHOLE, 0.1, Verdict.TOLD, 9), Text("Half a year only.", "仅半年。")
    noted = replace(plain, note=Text("First.", "其一。"))
    assert marked((plain,), why, is_provisional=False) == (plain,)
    assert [one.note.en for one in marked((plain, noted), why, is_provisional=True)] == [
        "Half a year only.",
        "First. Half a year only.",
    ]


def _rows(first: "pd.Series[pd.Timestamp]", day: pd.Timestamp) -> pd.DataFrame:
    names = [f"B{number:03d}" for number in range(160)]
    default_on = pd.Series(names).map(first)
    months = (default_on - day).dt.days / 30
    is_near = (months > 0) & (months <= 6)
    return pd.DataFrame(
        {
            "borrower_id": names,
            "pd": np.where(is_near, 0.5, 0.01),
            "level": np.where(is_near, "red", "none"),
            "expected_loss_fen": pd.array(np.where(is_near, 500, 10), "Int64"),
            "exposure": pd.array([1_000] * len(names), "Int64"),
            "dpd_max": pd.array([0] * len(names), "Int64"),
            "in_default": (default_on <= day).fillna(False),
        }
    )
