import numpy as np
import pytest

from benchmarks import ablation
from benchmarks.ablation import FEEDS, SOURCES, _blindness, _narrow, _scores, _told, _told_columns, _variants
from benchmarks.accuracy.paired import Part
from ews.events.schemas import TABLES
from ews.features.catalogue import FAMILIES, family_name, family_of
from ews.models.frozen import log_odds
from ews.validation.power import auc
from tests.benchmarks.economies import modelled_by_hand


@pytest.fixture(scope="module")
def made():
    return modelled_by_hand()


def test_feeds_and_sources_are_families_and_tables_that_there_are():
    families = {family_name(family) for family in FAMILIES}
    assert set(SOURCES) <= families
    assert {name for tables in FEEDS.values() for name in tables} <= {table.name for table in TABLES}
    assert not {"borrowers", "loans"} & {name for tables in FEEDS.values() for name in tables}


def test_a_variant_drops_one_family_or_keeps_one_source(made):
    variants = dict(_variants(made.seen))
    assert next(iter(variants)) == "all"
    assert len(variants) == 1 + len(FAMILIES) + len(SOURCES)
    family = np.array([family_of(feature) for feature in made.seen.features])
    assert (variants["without peers"] == (family != "peers")).all()
    assert (variants["only account_flows"] == (family == "account_flows")).all()


def test_the_variant_with_everything_is_the_model_itself_up_to_its_calibration(made):
    scores = _scores(made, {"all": np.ones(len(made.seen.names), dtype=bool)})
    served = log_odds(made.trained.model, made.tested.frame)
    assert made.trained.fitted.slope * scores["all"] + made.trained.fitted.intercept == pytest.approx(served)


def test_a_variant_without_what_tells_loses_and_says_how_much(made):
    first = np.arange(len(made.seen.names)) > 1
    scores = _scores(made, {"all": np.ones(len(first), dtype=bool), "without": first})
    parts = {"": Part(made.tested.borrowers, made.tested.outcome, scores)}
    told = _told(parts, "without", "all")
    assert told["auc"] == pytest.approx(auc(scores["without"], made.tested.outcome))
    assert told["lost"]["auc"]["difference"] > 0.1
    assert "lost" not in _told(parts, "all", "all")


def test_blindness_stands_beside_never_having_had_the_feed(made):
    outcome = made.tested.outcome
    scores = {"all": outcome + 0.0, "blind on x": 1.0 - outcome, "without feed x": np.zeros(len(outcome))}
    told = _blindness({"": Part(made.tested.borrowers, outcome, scores)}, "x")
    assert (told["blind"]["auc"], told["never_had"]["auc"]) == (0, 0.5)
    assert told["blind_minus_never_had"]["auc"]["difference"] == -0.5


def test_columns_known_of_nobody_are_those_that_a_feed_empties():
    matrix = np.array([[1.0, np.nan, np.nan], [np.nan, np.nan, 0.0]])
    assert _told_columns(matrix).tolist() == [True, False, True]


def test_a_narrow_table_holds_the_columns_kept_and_their_features(made):
    keep = np.arange(len(made.seen.names)) == 1
    narrow = _narrow(made.seen, keep)
    assert narrow.names == made.seen.names[1:2]
    assert (narrow.matrix[:, 0] == made.seen.matrix[:, 1]).all()


def test_a_table_is_printed_for_people(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    lost = {"auc": {"difference": 0.0123, "standard_error": 0.002}}
    lost["auc_given_0dpd"] = lost["auc"]
    told = {"auc": 0.81, "auc_given_0dpd": 0.72}
    found = {
        "rows": 1_000,
        "defaults": 30,
        "variants": {"all": told, "without peers": {**told, "lost": lost}},
        "feeds": {"peers": {"blind": {**told, "lost": lost}, "never_had": {**told, "lost": lost}}},
    }
    ablation._show("A", found)
    shown = capsys.readouterr().out
    assert "World A: 1,000 rows, 30 defaults" in shown
    assert "+0.0123 ± 0.0020" in shown
