"""What is written for days that stand in is what would be written for the days themselves, whatever they are."""

from dataclasses import replace
from datetime import timedelta

from ews.features import statements
from ews.features.scripts import written
from ews.scoring.batch import score_book
from tests.homes import DAYS


def test_all_that_a_batch_describes_takes_the_days_of_extracts_as_they_come(scored, tmp_path, monkeypatch):
    """The extracts of the other book speak each of days before those of the one before, other than the stand-ins do."""
    shapes = {}

    def on_days_of(script, shape, book, spine):
        shapes[shape] = shape, book, spine
        return given(script, shape, book, spine)

    given = statements.on_days_of
    monkeypatch.setattr(statements, "on_days_of", on_days_of)
    home = scored.copied_to(tmp_path / "home")
    with replace(scored, home=home).store() as store:
        score_book(scored.book, home, store, scored.model, scored.policy, as_of=DAYS[0] + timedelta(days=3))
    assert len(shapes) > 10
    for shape, book, spine in shapes.values():
        tables = {}
        for place, (name, entry) in enumerate(sorted(book.manifest.tables.items())):
            first, last = (entry.covered_from, entry.covered_to) if book.covered(name) else (None, None)
            bounds = {"covered_from": first and first - timedelta(days=7 * place), "covered_to": last}
            tables[name] = replace(entry, **bounds)
        other = replace(book, manifest=replace(book.manifest, tables=tables))
        bounds = tuple(other.covered(name) for name, _ in shape.tables)
        itself = replace(shape, days=spine.days, coverage=bounds, manifest=other.manifest)
        assert given(written(shape), shape, other, spine) == written(itself)
