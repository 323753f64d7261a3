"""Draws docs/images/explain.png from a scored home: `python docs/images/draw.py HOME BORROWER HEIGHT` (pixels).

Needs Chromium and a Chinese monospaced font (Debian: chromium, fonts-noto-cjk).
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from ews.cli.explain import show_decision
from ews.cli.settings import read_settings
from ews.cli.told import policy_by_hash
from ews.domain.text import Language
from ews.scoring.lookup import find_decision
from ews.store.engine import open_store

WIDTH = 112
PAGE = """<html><head><meta charset="utf-8"><style>{stylesheet}
body {{ margin: 24px; background: #0c0c0c; color: #d9d9d9; }}
pre {{ font: 15px/1.45 'Noto Sans Mono CJK SC', monospace; margin: 0; }}</style></head>
<body><pre>{code}</pre></body></html>"""
FRAME = str.maketrans(dict.fromkeys("╭╮╰╯─", "") | {"│": " "})
"""Chinese fonts draw some signs wider than a terminal does, so that a frame would not close."""
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


def draw(home: Path, borrower: str, target: Path, *, height: int) -> None:
    """Write what `ews explain` shows of a borrower as a picture."""
    settings = read_settings(home)
    store = open_store(settings.database, create=False)
    try:
        decision = find_decision(home, store, borrower)
    finally:
        store.close()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    show_decision(decision, policy_by_hash(settings)(decision.policy_hash), Language.ZH, console)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        told = console.export_html(theme=MONOKAI, code_format=PAGE)
        page.write_text(told.translate(FRAME), encoding="utf-8")
        options = (*CHROMIUM, f"--user-data-dir={folder}/profile", f"--window-size={WIDTH * 8 + 64},{height}")
        subprocess.run(  # noqa: S603 - our own words only
            ["chromium", *options, f"--screenshot={target}", page.as_uri()],  # noqa: S607 - wherever it is installed
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2], Path(__file__).parent / "explain.png", height=int(sys.argv[3]))
