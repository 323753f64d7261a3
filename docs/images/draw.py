"""Draws docs/images/explain.svg from a scored home: `python docs/images/draw.py HOME BORROWER`.

The picture holds no font and names no other host.
"""

import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from ews.cli.explain import show_decision
from ews.cli.settings import policy_of, read_settings
from ews.domain.text import Language
from ews.scoring.lookup import find_decision
from ews.store.engine import open_store

WIDTH = 118


def draw(home: Path, borrower: str, target: Path) -> None:
    """Write what `ews explain` shows of a borrower as a picture."""
    settings = read_settings(home)
    store = open_store(settings.database, create=False)
    try:
        decision = find_decision(home, store, borrower)
    finally:
        store.close()
    console = Console(record=True, width=WIDTH, file=Path("/dev/null").open("w"), force_terminal=True)  # noqa: SIM115
    show_decision(decision, policy_of(settings), Language.ZH, console)
    picture = console.export_svg(title=f"ews explain {borrower}", theme=MONOKAI)
    picture = re.sub(r"@font-face\s*\{.*?\}", "", picture, flags=re.DOTALL)
    target.write_text(picture.replace("Fira Code", "Menlo, Consolas, DejaVu Sans Mono"), encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2], Path(__file__).parent / "explain.svg")
