from collections import Counter
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ews.domain.errors import RequestError, TamperedError, UnknownBatchError, UnknownBorrowerError
from ews.models.frozen import predict_pd
from ews.scoring.change import change as changing
from ews.scoring.change import ends as reading
from ews.scoring.change.book import find_book_change
from ews.scoring.change.change import find_change, pd_moves
from ews.scoring.change.ends import ends_of, features_asked, ids_of, rows_of
from ews.scoring.change.made import features_of
from ews.scoring.change.parts import BILLION, units_of
from ews.scoring.change.pd_move import PARTS, Made
from ews.scoring.change.told import book_as_dict, change_as_dict, whole_fen
from ews.scoring.folder import read_batch
from ews.store.batches import latest_batch, predecessor
from tests.homes import ScoredHome


@pytest.fixture(scope="module")
def batches(scored):
    with scored.store() as store:
        newest = latest_batch(store).batch
        return predecessor(store, newest.portfolio, newest.as_of).batch.batch_id, newest.batch_id


@pytest.fixture(scope="module")
def whole(scored, batches):
    with scored.store() as store:
        return find_book_change(scored.home, store, batches)


@pytest.fixture(scope="module")
def both(scored, batches):
    """Give the borrowers of both batches with pd and level in each."""
    told = ["borrower_id", "pd", "level", "tier", "exposure_fen"]
    with scored.store() as store:
        frames = [
            pq.read_table(end.decisions, columns=told).to_pandas().set_index("borrower_id")
            for end in ends_of(scored.home, store, *batches)
        ]
    return frames[0].add_suffix("_was").join(frames[1].add_suffix("_is"), how="inner")


def moved_of(both: pd.DataFrame) -> list[str]:
    return both.index[(both["level_was"] != both["level_is"]) & both["pd_was"].notna() & both["pd_is"].notna()].tolist()


def test_the_parts_of_a_borrower_add_up_exactly_at_every_depth(scored, batches, both):
    with scored.store() as store:
        for borrower in moved_of(both)[:12]:
            found = find_change(scored.home, store, borrower, batches)
            moved = found.pd
            was, now = both.at[borrower, "pd_was"], both.at[borrower, "pd_is"]
            assert (found.before.pd, found.after.pd) == (was, now)
            assert (
                sum(moved.pd.values()) == moved.pd_total == units_of(np.array([now]))[0] - units_of(np.array([was]))[0]
            )
            assert sum(moved.log_odds.values()) == moved.log_odds_total
            for place, scale in enumerate(("log_odds", "pd")):
                by_feature = sum(getattr(one, scale)["data"] for one in moved.features)
                by_reason = sum(pair[place] for pair in moved.reasons.values())
                assert by_feature == by_reason == getattr(moved, scale)["data"]
            assert (moved.log_odds["definition"], moved.log_odds["model"], moved.log_odds["calibration"]) == (0, 0, 0)
            ranks = {"none": 0, "yellow": 1, "orange": 2, "red": 3}
            step = ranks[found.after.level] - ranks[found.before.level]
            assert sum(found.ranks.level.values()) == step * BILLION != 0
            assert found.definition_parted


def test_the_change_of_the_book_is_the_sum_of_those_of_its_borrowers(scored, batches, both, whole):
    known = both[both["pd_was"].notna() & both["pd_is"].notna()]
    steps = units_of(known["pd_is"].to_numpy()) - units_of(known["pd_was"].to_numpy())
    money = known["exposure_fen_is"].fillna(0).astype("int64")
    assert whole.counts["in_both"] == len(both)
    assert whole.counts["with_pd"] == len(known)
    assert whole.totals["pd"] == sum(whole.by_part.pd.values()) == int(steps.sum())
    assert whole.totals["log_odds"] == sum(whole.by_part.log_odds.values())
    at_risk = sum(int(step) * int(fen) for step, fen in zip(steps, money, strict=True))
    assert whole.totals["at_risk_fen"] == sum(whole.by_part.at_risk_fen.values()) == at_risk
    assert sum(whole.by_reason.pd.values()) == whole.by_part.pd["data"]
    with scored.store() as store:
        ends = ends_of(scored.home, store, *batches)
        order = known.index.tolist()
        rows = tuple(rows_of(end, order, features_asked(ends)) for end in ends)
        parts = pd_moves(ends, rows, order)
    assert {name: int(parts.pd.part(name).sum()) for name in PARTS} == dict(whole.by_part.pd)


@pytest.mark.parametrize("what", ["level", "tier"])
def test_every_move_is_counted_once_with_its_money_and_its_main_cause(both, whole, what):
    sums = whole.ranks[what]
    moved = both[both[f"{what}_was"] != both[f"{what}_is"]]
    assert len(moved) > 10
    assert sums.moved == Counter(zip(moved[f"{what}_was"], moved[f"{what}_is"], strict=True))
    assert sum(sums.mainly.values()) == len(moved)
    assert (
        sum(sums.mainly_fen.values()) == sum(sums.moved_fen.values()) == int(moved["exposure_fen_is"].fillna(0).sum())
    )
    assert sum(sums.parts.values()) == sums.total


def test_told_as_plain_data_the_parts_add_up_to_the_digit(scored, batches, both, whole):
    told = book_as_dict(whole)
    assert sum(one["at_risk_fen"] for one in told["pd"]["parts"].values()) == told["pd"]["total"]["at_risk_fen"]
    by_reason = sum(one["at_risk_fen"] for one in told["pd"]["reasons"].values())
    assert by_reason == told["pd"]["parts"]["data"]["at_risk_fen"]
    borrower = moved_of(both)[0]
    with scored.store() as store:
        found = change_as_dict(find_change(scored.home, store, borrower, batches))
    for scale in ("log_odds", "points"):
        parts = found["pd"][scale]
        total = parts.pop("total")
        assert sum(round(value * BILLION) for value in parts.values()) == round(total * BILLION)
    level = found["level"]
    total = level.pop("total")
    assert sum(round(value * BILLION) for value in level.values()) == round(total * BILLION)
    assert (found["from"]["batch_id"], found["to"]["batch_id"]) == batches


def test_whole_fen_leave_nothing_over():
    assert whole_fen({"a": BILLION // 2, "b": BILLION // 2 + 1, "c": -3 * BILLION}, -2) == {"a": 0, "b": 1, "c": -3}


def test_a_borrower_in_default_has_no_pd_to_split_but_a_level(scored, batches, both):
    borrower = both.index[both["pd_was"].notna() & both["pd_is"].isna()][0]
    with scored.store() as store:
        found = find_change(scored.home, store, borrower, batches)
    assert found.pd is None
    assert found.after.in_default
    assert change_as_dict(found)["pd"] is None
    assert "DEFAULTED" in found.ranks.came


def test_what_cannot_be_compared_is_told(scored, batches):
    with scored.store() as store:
        with pytest.raises(RequestError, match="Both ends are batch"):
            find_change(scored.home, store, "B0000001", (batches[0], batches[0]))
        with pytest.raises(UnknownBatchError, match="Batch 'other' is not published"):
            find_change(scored.home, store, "B0000001", ("other", batches[0]))
        with pytest.raises(UnknownBorrowerError, match=r"Borrower 'nobody' is not in batch .* Name two batches"):
            find_change(scored.home, store, "nobody", batches)


@pytest.fixture
def own(scored, tmp_path):
    scored.copied_to(tmp_path / "home")
    return ScoredHome(scored.book, tmp_path / "home")


def test_a_changed_file_or_a_pd_that_the_model_does_not_give_is_refused(own, batches, monkeypatch):
    with own.store() as store:
        path = ends_of(own.home, store, *batches)[1].decisions
        table = pq.read_table(path)
        place = table.column_names.index("pd")
        halved = pa.array([None if one is None else one / 2 for one in table["pd"].to_pylist()])
        pq.write_table(table.set_column(place, "pd", halved), path)
        with pytest.raises(UnknownBatchError, match=r"decisions.parquet' is gone or was changed"):
            find_change(own.home, store, "B0000001", batches)
        monkeypatch.setattr(reading, "broken", lambda *_, **__: ())
        with pytest.raises(TamperedError, match="another pd than its model gives"):
            find_book_change(own.home, store, batches)


def test_the_present_code_makes_the_features_that_a_batch_of_it_kept(scored, batches):
    with scored.store() as store:
        end = ends_of(scored.home, store, *batches)[1]
        kept = rows_of(end, ids_of(end), end.model.features).features
    made = features_of(scored.home, scored.book, end).loc[kept.index, list(kept.columns)]
    pd.testing.assert_frame_equal(made, kept, check_names=False, check_exact=True)


def test_with_two_definitions_and_the_book_they_are_parted_from_the_data(scored, batches, both, monkeypatch):
    """One feature was kept otherwise than the present code makes it: what it adds is definition."""
    monkeypatch.setattr(changing, "one_definition", lambda _: False)
    order = moved_of(both)
    with scored.store() as store:
        ends = ends_of(scored.home, store, *batches)
        rows = tuple(rows_of(end, order, features_asked(ends)) for end in ends)
    same = Made(*(one.features.copy() for one in rows))
    as_kept = pd_moves(ends, rows, order, same)
    assert not as_kept.log_odds.part("definition").any()
    place = int(np.abs(as_kept.log_odds.data).sum(axis=0).argmax())
    name = as_kept.features[place]
    otherwise = Made(*(one.assign(**{name: np.nan}) for one in (same.before, same.after)))
    parted = pd_moves(ends, rows, order, otherwise)
    assert parted.log_odds.definition[:, place].any()
    assert not parted.log_odds.data[:, place].any()
    assert not np.delete(parted.log_odds.definition, place, axis=1).any()
    assert parted.log_odds.total.tolist() == as_kept.log_odds.total.tolist()
    assert sum(parted.log_odds.part(one) for one in PARTS).tolist() == parted.log_odds.total.tolist()


def test_a_batch_by_another_calibration_and_booster_is_parted_by_both(scored, batches, both):
    order = moved_of(both)
    with scored.store() as store:
        ends = ends_of(scored.home, store, *batches)
        rows = tuple(rows_of(end, order, features_asked(ends)) for end in ends)
    old = ends[1].model
    trees = lgb.Booster(model_str=old.booster).model_to_string(num_iteration=40)
    for new, is_model in ((replace(old, slope=0.9 * old.slope), False), (replace(old, booster=trees), True)):
        served = predict_pd(new, rows[1].features)
        sides = rows[0], replace(rows[1], frame=rows[1].frame.assign(pd=served))
        found = pd_moves((ends[0], replace(ends[1], model=new)), sides, order)
        told = {name for name in PARTS if found.log_odds.part(name).any()}
        assert told == ({"data", "model"} if is_model else {"data", "calibration"})
        assert sum(found.pd.part(name) for name in PARTS).tolist() == found.pd.total.tolist()
        assert sum(found.log_odds.part(name) for name in PARTS).tolist() == found.log_odds.total.tolist()


def test_without_the_book_two_definitions_are_told_as_not_parted(scored, batches, both, monkeypatch):
    monkeypatch.setattr(changing, "one_definition", lambda _: False)
    with scored.store() as store:
        found = change_as_dict(find_change(scored.home, store, moved_of(both)[0], batches))
    assert not found["definition_parted"]
    assert found["pd"]["log_odds"]["definition"] is found["pd"]["points"]["definition"] is None


def test_a_batch_says_which_catalogue_made_its_features(scored, batches):
    with scored.store() as store:
        ends = ends_of(scored.home, store, *batches)
    assert {end.batch.catalogue_version for end in ends} == {ends[0].model.catalogue_version}
    assert read_batch(ends[0].batch.directory).catalogue_version == ends[0].definition
