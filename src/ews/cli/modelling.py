"""Commands about models: train."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from ews.cli import show
from ews.cli.settings import Settings
from ews.domain.text import Text
from ews.training.report import TrainingReport
from ews.training.run import train


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
        rows = [(_both(figure.text), _both(figure.value)) for figure in report.figures()]
        show.table(f"Training 训练: portfolio {report.portfolio}", ("", ""), rows)
    return report


def _both(text: Text) -> str:
    """Return Chinese and English, once where they are the same."""
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"
