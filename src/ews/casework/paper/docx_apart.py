"""A long paper as a Word file, made by a process of its own, which yields to all others; one at a time, others wait.

The service goes on answering while 200 pages are put together. What the process is given and gives back comes from
this module on both sides.
"""

import os
import pickle
import subprocess
import sys
from threading import Lock

from ews.casework.paper.docx import docx_of
from ews.casework.paper.paper import Paper

_NICE = 5
_turn = Lock()


def docx_apart(paper: Paper) -> bytes:
    """Return what `docx_of` makes of a paper."""
    command = [sys.executable, "-m", __name__]
    with _turn:
        done = subprocess.run(command, input=pickle.dumps(paper), stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return done.stdout


def _main() -> None:
    os.nice(_NICE)
    sys.stdout.buffer.write(docx_of(pickle.load(sys.stdin.buffer)))  # noqa: S301 - from docx_apart


if __name__ == "__main__":
    _main()
