"""The command about treated borrowers: who they are, how they fared, and the bounds of what treatment hid."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ews.casework.treatments import casework_treatments
from ews.cli import show
from ews.cli.outcomes import Asked, Span, asked_of
from ews.cli.settings import Settings
from ews.domain.text import Text
from ews.features.window import spine_on
from ews.outcomes.labels import at_risk, labels
from ews.outcomes.treatments import book_treatments
from ews.scoring.wording import MISSING
from ews.store.engine import open_store
from ews.validation.estimates import Estimate, Statistic, estimates
from ews.validation.treatment.bounds import Assumption, averted_rate, untreated_rate
from ews.validation.treatment.marking import treatment_kinds

Mask = NDArray[np.bool_]
_UNTREATED, _TREATED = "untreated", "treated"
_GROUP_TEXT = {_UNTREATED: Text(_UNTREATED, "未处置"), _TREATED: Text(_TREATED, "已处置")}
_FIGURES = {
    "untreated_rate": (untreated_rate, Text("Default rate had nobody been treated", "若均未处置的违约率")),
    "averted": (averted_rate, Text("Share of the treated kept from default", "处置避免违约占比")),
}


@dataclass(frozen=True, slots=True)
class Treated:
    """Rows and defaults by `groups` (treated or not, each kind of treatment) and by snapshot; `bounds` by figure."""

    asked: Asked
    groups: Mapping[str, tuple[int, int]]
    snapshots: Mapping[date, Mapping[str, tuple[int, int]]]
    bounds: Mapping[str, Mapping[str, Estimate]]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, ready for JSON."""
        return {
            "known_by": self.asked.known_by.isoformat(),
            "groups": {name: _counts(*found) for name, found in self.groups.items()},
            "snapshots": [
                {"as_of": day.isoformat(), **{name: _counts(*found) for name, found in sides.items()}}
                for day, sides in self.snapshots.items()
            ],
            "bounds": {
                figure: {name: asdict(estimate) for name, estimate in ends.items()}
                for figure, ends in self.bounds.items()
            },
        }


def tell_treated(
    settings: Settings, book: Path, recipe: Path | None, known_by: date | None, span: Span, *, as_json: bool
) -> None:
    """Tell the mature rows by kind of treatment, and what treatment leaves unknown."""
    found = treated(settings, asked_of(book, recipe, known_by, span, mature=True))
    if as_json:
        show.as_json(found.as_dict())
        return
    rows = [(_named(name), *_cells(*counts)) for name, counts in found.groups.items()]
    show.table("Treated 处置情况", ("", "rows\n样本", "defaults\n违约", "share\n占比"), rows)
    days = [(day, *_cells(*sides[_UNTREATED]), *_cells(*sides[_TREATED])) for day, sides in found.snapshots.items()]
    sides = (
        f"{part}\n{_GROUP_TEXT[name].zh}" for name in (_UNTREATED, _TREATED) for part in (name, "defaults", "share")
    )
    show.table("By snapshot 按时点", ("snapshot\n时点", *sides), days)
    for figure, (_, text) in _FIGURES.items():
        ends = found.bounds[figure]
        lines = [(f"{one.text.zh}\n{one.text.en}", ends[f"{one}_least"], ends[f"{one}_most"]) for one in Assumption]
        show.table(f"{text.en} {text.zh}", ("", "least [95 %]\n下限", "most [95 %]\n上限"), lines)


def treated(settings: Settings, asked: Asked) -> Treated:
    """Return how treated and untreated borrowers fared on the snapshots asked for."""
    rows = _rows(asked)
    kinds = treatment_kinds(rows, _treatments(settings, asked), known_by=asked.known_by)
    done = np.array([bool(one) for one in kinds], dtype=np.bool_)
    hit = rows["defaulted"].to_numpy(dtype=np.int8)
    statistics: dict[str, Statistic] = {}
    for figure, (bounds_of, _) in _FIGURES.items():
        for each in Assumption:
            bounds = bounds_of(hit, done, each)
            statistics |= {f"{figure}/{each}_least": bounds.least, f"{figure}/{each}_most": bounds.most}
    told = estimates(statistics, rows["borrower_id"].to_numpy(dtype=object))
    ends = {
        figure: {name.split("/")[1]: one for name, one in told.items() if name.startswith(f"{figure}/")}
        for figure in _FIGURES
    }
    by_kind = {
        kind: np.array([kind in one for one in kinds], dtype=np.bool_)
        for kind in sorted({kind for one in kinds for kind in one})
    }
    sides = {_UNTREATED: ~done, _TREATED: done}
    snapshots = {}
    for day in asked.days:
        own = (rows["as_of"] == day).to_numpy(dtype=bool)
        snapshots[day] = {name: _count(which & own, hit) for name, which in sides.items()}
    return Treated(asked, {name: _count(which, hit) for name, which in (sides | by_kind).items()}, snapshots, ends)


def _rows(asked: Asked) -> pd.DataFrame:
    label = labels(asked.book, spine_on(asked.book, asked.days).table, asked.definition, known_by=asked.known_by)
    rows = at_risk(label)
    rows = rows.filter(rows.mature).select("borrower_id", "as_of", "ends_on", "default_on", "defaulted")
    told = rows.order_by("as_of", "borrower_id").to_pyarrow()
    return pd.DataFrame({name: told[name].to_pylist() for name in told.column_names})


def _treatments(settings: Settings, asked: Asked) -> pd.DataFrame:
    """Return what the book tells and, where there is a store, what people did."""
    found = [book_treatments(asked.book, known_by=asked.known_by)]
    if settings.database_exists:
        store = open_store(settings.database, create=False)
        found.append(casework_treatments(store, asked.book.manifest.portfolio, known_by=asked.known_by))
        store.close()
    there = [one for one in found if len(one)]
    return pd.concat(there, ignore_index=True) if there else found[0]


def _count(which: Mask, hit: NDArray[np.int8]) -> tuple[int, int]:
    return int(which.sum()), int(hit[which].sum())


def _counts(rows: int, defaults: int) -> dict[str, int]:
    return {"rows": rows, "defaults": defaults}


def _cells(rows: int, defaults: int) -> tuple[str, str, str]:
    return show.count(rows), show.count(defaults), f"{defaults / rows:.2%}" if rows else MISSING


def _named(group: str) -> str:
    text = _GROUP_TEXT.get(group)
    return f"  {group}" if text is None else f"{text.zh} {text.en}"
