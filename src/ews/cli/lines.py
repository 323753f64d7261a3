"""Lines: text broken for a terminal where Chinese and English may be broken.

Rich breaks at spaces only, so that Chinese text leaves ragged lines or loses words to an ellipsis. Here a line may
end after any Chinese character, but not before closing punctuation, and in English between words.
"""

import re
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text as Styled

_WIDE = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_OPENING, _CLOSING = "（「《“", "，。；：、）」》”！？"
_PIECE = re.compile(rf"\s*[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_CLOSING}]+)[{_CLOSING}]*(?: (?:[·–]|%[,;.)]*))?|\s*\S")


def broken(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells; what fits on no line is cut."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if cell_len(line + piece) <= width:
            line += piece
            continue
        *full, line = ([line] if line else []) + chop_cells(piece.lstrip(), width)
        lines += full
    return [*lines, line]


@dataclass(frozen=True, slots=True)
class Lines:
    """A text that Rich shows in the lines of `broken`, as wide as there is room."""

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in broken(self.text, options.max_width):
            yield Styled(line, style=self.style, no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(map(cell_len, _PIECE.findall(self.text)), default=0)
        return Measurement(longest, cell_len(self.text)).with_maximum(options.max_width)
