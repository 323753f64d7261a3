"""Trial: one comparison of two policies, run as a process of its own: `python -m ews.cli.trial HOME OLD NEW BOOK FILE`.

Tells    a line per batch that is judged on standard output; where nobody reads them any more, it ends
Writes   FILE in one step, when all is worked out: stopped anywhere, it leaves nothing that could be taken for a result
Settings come from the environment and `ews.toml`, as those of the service that began it
"""

import json
import os
import sys
from pathlib import Path

from ews.cli.difference import difference_of, told_plainly
from ews.cli.settings import read_settings
from ews.domain.errors import EwsError

BATCHES = 3
"""The newest ones, so that the warnings of some weeks are seen; as `ews policy diff` takes without being told."""
REFUSED = 3
"""Exit status where the policies cannot be compared; standard error says why."""
_NICE = 10


def main(arguments: list[str]) -> int:
    home, old, new, book, file = arguments
    try:
        difference, tried, _ = difference_of(
            read_settings(Path(home)), (old, new), Path(book), BATCHES, progress=_progress
        )
    except EwsError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    _write(Path(file), json.dumps(told_plainly(difference, tried), ensure_ascii=False, default=str))
    return 0


def _progress(step: str, done: int, total: int) -> None:  # noqa: ARG001 - as Progress has it
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_NICE)  # whoever looks at a page comes first
    sys.exit(main(sys.argv[1:]))
