"""Tables of Word files: cells, lines, shades; heads repeat, short rows and short tables stay in one piece."""

import re
from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from ews.casework.paper.docx_look import GREY, Look, set_fonts
from ews.casework.paper.paper import Cell, Facts, Row, Table, Tone, plain

_DAYS = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)")
COLOURS: dict[Tone, RGBColor] = {
    "red": RGBColor(0xC0, 0x2B, 0x2B),
    "late": RGBColor(0xC0, 0x2B, 0x2B),
    "orange": RGBColor(0x9A, 0x43, 0x00),
    "yellow": RGBColor(0x7A, 0x4D, 0x00),
    "kept": RGBColor(0x1E, 0x7D, 0x34),
    "none": RGBColor(0x1E, 0x7D, 0x34),
}
_SHADES: dict[Tone, str] = {
    "red": "FDF3F3",
    "orange": "FFF6EF",
    "yellow": "FFFAEE",
    "known": "F7F9FB",
    "none": "F7F9FB",
}
_HEAD = "F1F4F7"
_AFTER_ROOM = ("w:tblLook", "w:tblCaption", "w:tblDescription")
_AFTER_LINES = ("w:shd", "w:tblLayout", "w:tblCellMar", *_AFTER_ROOM)
"""What the properties of a table hold after these, in the order that Word asks for."""
_FACTS = 3
_NAMED = (0.17, 0.33) * 2
"""Shares of names and values where facts stand two in a row."""
_SHORT_ROW, _SHORT_TABLE, _FEW_ROWS = 700, 400, 6
"""Letters of a row or table that is kept in one piece; longer ones may go over a page."""


def write(
    paragraph: Any,
    text: str,
    look: Look,
    *,
    size: float | None = None,
    colour: RGBColor | None = None,
    bold: bool = False,
) -> None:
    """Add a run in the font of cells, which is that of the text where a look has one font."""
    run = add_text(paragraph, text)
    run.bold = bold or None
    run.font.size = None if size is None else Pt(size)
    if look.cells != look.text:
        set_fonts(run, look.latin, look.cells)
    if colour is not None:
        run.font.color.rgb = colour


def add_text(paragraph: Any, text: str) -> Any:
    """Add a run whose days and months are not parted at the end of a line."""
    run = paragraph.add_run()
    for place, part in enumerate(_DAYS.split(plain(text))):
        for number, piece in enumerate(part.split("-") if place % 2 else [part]):
            if number:
                run._r.append(OxmlElement("w:noBreakHyphen"))  # noqa: SLF001 - python-docx has no other way
            for line, told in enumerate(piece.split("\n")):
                if line:
                    run.add_break()
                if told:
                    run.add_text(told)
    return run


def add_table(document: Any, block: Table, look: Look) -> None:
    if not block.rows:
        if block.empty:
            write(document.add_paragraph(), block.empty, look, size=9.0, colour=GREY)
        return
    table = grid(document, [share for _, share in block.columns], look)
    head = table.add_row()
    for cell, (name, _), below in zip(head.cells, block.columns, block.rows[0].cells, strict=True):
        write(cell.paragraphs[0], name, look, size=look.cell_size, bold=True)
        if below.is_number:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        shade(cell, _HEAD)
        tighten(cell)
    _mark(head, "tblHeader")
    for row in block.rows:
        _row(table, row, look)
    _keep_together(table, block)
    gap(document)


def add_facts(document: Any, block: Facts, look: Look) -> None:
    if look.is_centred:
        _named_facts(document, block, look)
    else:
        _three_facts(document, block, look)
    gap(document)


def grid(document: Any, shares: Sequence[float], look: Look) -> Any:
    """Return a new table without rows, as wide as the page."""
    table = document.add_table(rows=0, cols=len(shares), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Cm(look.width * share)
    _pale(table, "9AA6B3" if look.is_centred else "DCE1E7")
    if look.is_centred:
        _padded(table)
    return table


def fill(row: Any, cells: Sequence[Cell], look: Look, size: float | None = None) -> None:
    for cell, told in zip(row.cells, cells, strict=True):
        paragraph = cell.paragraphs[0]
        if told.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        bold = told.tone in {"late", "red"}
        own = look.small_size if told.is_code else size or look.cell_size
        write(paragraph, told.text, look, size=own, colour=COLOURS.get(told.tone), bold=bold)
        if told.small:
            below = cell.add_paragraph()
            below.alignment = paragraph.alignment
            write(below, told.small, look, size=look.small_size, colour=GREY)
        tighten(cell)


def tighten(cell: Any) -> None:
    for one in cell.paragraphs:
        one.paragraph_format.space_after = Pt(0)
        one.paragraph_format.line_spacing = 1.0


def shade(cell: Any, colour: str) -> None:
    made = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        made.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(made)  # noqa: SLF001 - python-docx has no other way


def gap(document: Any) -> None:
    """Add the little room that parts a table from what follows."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(8)


def keep_whole(row: Any) -> None:
    """Have a row go to the next page as a whole."""
    _mark(row, "cantSplit")


def _row(table: Any, row: Row, look: Look) -> None:
    added = table.add_row()
    fill(added, row.cells, look)
    if _letters(row) <= _SHORT_ROW:
        keep_whole(added)
    if row.tone in _SHADES:
        for cell in added.cells:
            shade(cell, _SHADES[row.tone])


def _three_facts(document: Any, block: Facts, look: Look) -> None:
    table = grid(document, [1 / _FACTS] * _FACTS, look)
    for start in range(0, len(block.pairs), _FACTS):
        row = table.add_row()
        for cell, (name, value) in zip(row.cells, block.pairs[start : start + _FACTS], strict=False):
            write(cell.paragraphs[0], name, look, size=look.small_size, colour=GREY)
            write(cell.add_paragraph(), value.text, look, size=9.0, bold=True, colour=COLOURS.get(value.tone))


def _named_facts(document: Any, block: Facts, look: Look) -> None:
    table = grid(document, _NAMED, look)
    for start in range(0, len(block.pairs), 2):
        row = table.add_row()
        keep_whole(row)
        for place, (name, value) in enumerate(block.pairs[start : start + 2]):
            named, told = row.cells[2 * place], row.cells[2 * place + 1]
            write(named.paragraphs[0], name, look, size=look.cell_size)
            shade(named, _HEAD)
            tighten(named)
            fill_one(told, value, look)


def fill_one(cell: Any, told: Cell, look: Look) -> None:
    write(cell.paragraphs[0], told.text, look, size=look.cell_size, colour=COLOURS.get(told.tone))
    if told.small:
        write(cell.add_paragraph(), told.small, look, size=look.small_size, colour=GREY)
    tighten(cell)


def _keep_together(table: Any, block: Table) -> None:
    """Have a short table stand on one page; of a longer one the head stays with the first row."""
    is_short = len(block.rows) <= _FEW_ROWS and sum(_letters(row) for row in block.rows) <= _SHORT_TABLE
    kept = table.rows[:-1] if is_short else table.rows[:1]
    for row in kept:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _letters(row: Row) -> int:
    return sum(len(cell.text) + len(cell.small) for cell in row.cells)


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(f"w:{name}")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no other way


def _pale(table: Any, colour: str) -> None:
    """Draw the lines of a table in grey."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.insert_element_before(borders, *_AFTER_LINES)  # noqa: SLF001 - python-docx has no other way


def _padded(table: Any) -> None:
    """Leave some room above and below the text of cells."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), "40")
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    table._tbl.tblPr.insert_element_before(margins, *_AFTER_ROOM)  # noqa: SLF001 - likewise
