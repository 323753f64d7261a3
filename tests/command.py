"""The command in a process of its own, with one shortcut: `python -m tests.command …` is `ews …`.

It reads the statements that another process of the run has written (tests/written.py). For commands that work features
out; the others are started as they are.
"""

import os
from pathlib import Path

from ews.cli.app import main
from ews.features import statements
from tests.written import FOLDER, written_once

if __name__ == "__main__":
    wrapped = statements.script_of.__wrapped__
    vars(statements)["script_of"] = written_once(wrapped, Path(os.environ[FOLDER]))
    main()
