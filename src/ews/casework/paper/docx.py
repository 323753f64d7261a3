"""Papers as Word files: real headings, tables whose heads repeat, page numbers; the same paper gives the same bytes.

Fonts   Chinese text is set in 微软雅黑 by name; where a machine has none, Word takes another
Bytes   times inside the file are those of the paper, and the archive has no clock of its own
"""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from ews.casework.paper.paper import (
    Block,
    Cell,
    Facts,
    Heading,
    Note,
    Paper,
    Picture,
    Row,
    Signatures,
    Table,
    Tone,
    plain,
)
from ews.casework.paper.picture_size import size_of

LATIN, CHINESE = "Calibri", "微软雅黑"
_WIDTH = 18.2
"""Centimetres between the margins of A4."""
_PICTURE = 8.5
_LONGEST_SIDE = 11.0
_FACTS = 3
_SMALL, _NORMAL = 7.5, 8.5
_GREY = RGBColor(0x4A, 0x5A, 0x6C)
_COLOURS: dict[Tone, RGBColor] = {
    "red": RGBColor(0xC0, 0x2B, 0x2B),
    "late": RGBColor(0xC0, 0x2B, 0x2B),
    "orange": RGBColor(0x9A, 0x43, 0x00),
    "yellow": RGBColor(0x9A, 0x43, 0x00),
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
_UNREADABLE = (
    UnrecognizedImageError,
    InvalidImageStreamError,
    UnexpectedEndOfFileError,
    struct.error,
    KeyError,
    IndexError,
    ValueError,
)
"""How a picture fails whose notes on camera and resolution are broken."""


def docx_of(paper: Paper) -> bytes:
    """Return the paper as the bytes of a .docx."""
    document = Document()
    _set_up(document, paper)
    _head(document, paper)
    for section in paper.sections:
        heading = document.add_heading(plain(section.heading), level=1)
        heading.paragraph_format.page_break_before = section.is_new_page
        for block in section.blocks:
            _add(document, block)
    written = io.BytesIO()
    document.save(written)
    return _timeless(written.getvalue(), paper.made_at)


def _set_up(document: Any, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.4)
    page.top_margin, page.bottom_margin = Cm(1.6), Cm(1.8)
    sizes = {"Normal": 9.5, "Title": 20.0, "Heading 1": 13.0, "Heading 2": 10.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), CHINESE)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x18, 0x24, 0x33)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    about = document.core_properties
    about.title, about.subject = plain(paper.title)[:255], plain(paper.subtitle)[:255]
    about.author = about.last_modified_by = "ews"
    about.created = about.modified = paper.made_at
    about.revision, about.comments = 1, ""
    _foot(page.footer.paragraphs[0], paper)


def _head(document: Any, paper: Paper) -> None:
    _write(document.add_paragraph(), paper.title, size=10.5, colour=_GREY)
    document.add_paragraph(plain(paper.subtitle), style="Title")
    line = document.add_paragraph()
    _write(line, paper.about, colour=_GREY)
    if paper.badge is not None:
        _write(line, f"    {paper.badge.text}", colour=_COLOURS.get(paper.badge.tone), bold=True)
    if paper.figures:
        cells = tuple(Cell(cell.text, cell.tone, name) for cell, name in paper.figures)
        table = _grid(document, len(cells), [1 / len(cells)] * len(cells))
        _fill(table.add_row(), cells, size=14.0)
        document.add_paragraph()


def _add(document: Any, block: Block) -> None:
    match block:
        case Table():
            _table(document, block)
        case Facts():
            _facts(document, block)
        case Note():
            _write(document.add_paragraph(), block.text, size=9.0, colour=_GREY)
        case Heading():
            document.add_heading(plain(block.text), level=2)
        case Picture():
            _picture(document, block)
        case Signatures():
            _signatures(document, block)


def _table(document: Any, block: Table) -> None:
    if not block.rows:
        if block.empty:
            _write(document.add_paragraph(), block.empty, size=9.0, colour=_GREY)
        return
    table = _grid(document, len(block.columns), [share for _, share in block.columns])
    head = table.add_row()
    for cell, (name, _) in zip(head.cells, block.columns, strict=True):
        _write(cell.paragraphs[0], name, size=_NORMAL, bold=True)
        _shade(cell, "F1F4F7")
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - python-docx has no other way
    for row in block.rows:
        _row(table, row)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(table: Any, row: Row) -> None:
    added = table.add_row()
    _fill(added, row.cells)
    if row.tone in _SHADES:
        for cell in added.cells:
            _shade(cell, _SHADES[row.tone])


def _facts(document: Any, block: Facts) -> None:
    table = _grid(document, _FACTS, [1 / _FACTS] * _FACTS)
    for start in range(0, len(block.pairs), _FACTS):
        row = table.add_row()
        for cell, (name, value) in zip(row.cells, block.pairs[start : start + _FACTS], strict=False):
            _write(cell.paragraphs[0], name, size=_SMALL, colour=_GREY)
            _write(cell.add_paragraph(), value.text, size=9.0, bold=True, colour=_COLOURS.get(value.tone))
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _picture(document: Any, block: Picture) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    if block.content is None or not _shown(paragraph, block.content):
        _write(paragraph, f"[{block.instead}]", colour=_GREY)
    _write(document.add_paragraph(), block.caption, size=_SMALL, colour=_GREY)


def _shown(paragraph: Any, content: bytes) -> bool:
    """Add a picture; false where its head cannot be read."""
    size = size_of(content)
    if size is None:
        return False
    ratio = size[1] / size[0]
    width = min(_PICTURE, _LONGEST_SIDE / ratio)
    run = paragraph.add_run()
    try:
        run.add_picture(io.BytesIO(content), Cm(width), Cm(width * ratio))
    except _UNREADABLE:
        run.clear()
        return False
    return True


def _signatures(document: Any, block: Signatures) -> None:
    document.add_paragraph()
    table = _grid(document, len(block.who), [1 / len(block.who)] * len(block.who))
    for cell, who in zip(table.add_row().cells, block.who, strict=True):
        _write(cell.paragraphs[0], "\n\n", size=_NORMAL)
        _write(cell.add_paragraph(), who, size=_NORMAL, colour=_GREY)


def _grid(document: Any, columns: int, shares: Sequence[float]) -> Any:
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Cm(_WIDTH * share)
    _pale(table)
    return table


def _fill(row: Any, cells: Sequence[Cell], size: float = _NORMAL) -> None:
    for cell, told in zip(row.cells, cells, strict=True):
        paragraph = cell.paragraphs[0]
        if told.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        bold = told.tone in {"late", "red"}
        _write(paragraph, told.text, size=_SMALL if told.is_code else size, colour=_COLOURS.get(told.tone), bold=bold)
        if told.small:
            _write(cell.add_paragraph(), told.small, size=_SMALL, colour=_GREY)
        for one in cell.paragraphs:
            one.paragraph_format.space_after = Pt(0)


def _write(
    paragraph: Any, text: str, *, size: float | None = None, colour: RGBColor | None = None, bold: bool = False
) -> None:
    run = paragraph.add_run(plain(text))
    run.bold = bold or None
    run.font.size = None if size is None else Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no other way


def _pale(table: Any) -> None:
    """Draw the lines of a table in grey."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "DCE1E7")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no other way


def _foot(paragraph: Any, paper: Paper) -> None:
    _write(paragraph, f"{paper.footer}    ", size=_SMALL, colour=_GREY)
    _field(paragraph, "PAGE")
    _write(paragraph, " / ", size=_SMALL, colour=_GREY)
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no other way


def _timeless(content: bytes, at: datetime) -> bytes:
    """Return the archive with its parts in the order of their names, all as of one moment."""
    stamp = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            part = zipfile.ZipInfo(name, stamp)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return written.getvalue()
