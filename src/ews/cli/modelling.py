"""Commands about models: train."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.cells import cell_len

from ews.cli import show
from ews.cli.settings import Settings
from ews.domain.text import Text
from ews.scoring.wording import MISSING
from ews.training.report import MEASURE_TEXT, TrainingReport
from ews.training.run import train
from ews.validation.measures import Measures

_WIDE, _FITS_WIDE, _FITS = 120, 54, 32
"""Cells of a terminal that is wide, and of what fits into half of one that is wide or not."""
_ROWS, _DEFAULTS = Text("Rows", "样本"), Text("Defaults", "违约")
_ALL, _AT_0_DPD = Text("all", "全部"), Text("at 0 dpd", "无逾期")
_NO_DEFAULTS = Text("no defaults among them", "其中无违约")


def train_model(
    settings: Settings, book: Path, recipe: Path | None, known_by: date | None, *, as_json: bool
) -> TrainingReport:
    """Train on the book, register the model, and tell how it does on what it has not seen."""
    with show.progress("train", quiet=as_json) as progress:
        report = train(
            book, settings.home, recipe=recipe, known_by=known_by, tracking_uri=settings.tracking, progress=progress
        )
    if as_json:
        show.as_json(asdict(report))
    else:
        tell(report)
    return report


def tell(report: TrainingReport) -> None:
    """Print what was learnt from what, then the figures of the test: all rows beside those at 0 dpd."""
    measured = [report.measures, *([report.measures_at_0_dpd] if report.measures_at_0_dpd else [])]
    figures = report.figures()[: -sum(len(part.estimates) for part in measured)]
    wide = show.OUT.width >= _WIDE
    rows = [(_both(figure.text, wide=wide), _both(figure.value, wide=wide)) for figure in figures]
    show.table(f"Training 训练: portfolio {report.portfolio}", ("", ""), rows, left=2)
    counts = [
        (_both(_ROWS, wide=wide), *(show.count(part.rows) for part in measured)),
        (_both(_DEFAULTS, wide=wide), *(show.count(part.defaults) for part in measured)),
    ]
    named = [
        (_both(MEASURE_TEXT[name], wide=wide), *(_estimate(part, name) for part in measured))
        for name in report.measures.estimates
    ]
    columns = ("", _both(_ALL, wide=wide), _both(_AT_0_DPD, wide=wide))[: len(measured) + 1]
    show.table("Test 检验: value [95 % interval]", columns, [*counts, *named])


def _estimate(part: Measures, name: str) -> str:
    """Return the estimate, its interval on a line of its own; say so where it lacks defaults."""
    if part.estimates[name].value is None:
        return f"{_NO_DEFAULTS.zh}\n{_NO_DEFAULTS.en}" if not part.defaults else MISSING
    return str(part.estimates[name]).replace(" [", "\n[")


def _both(text: Text, *, wide: bool) -> str:
    """Return Chinese and English, once where they are the same, on one line where it fits."""
    if text.zh == text.en:
        return text.zh
    fits = cell_len(f"{text.zh} {text.en}") <= (_FITS_WIDE if wide else _FITS)
    return f"{text.zh}{' ' if fits else chr(10)}{text.en}"
