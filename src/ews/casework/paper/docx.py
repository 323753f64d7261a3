"""Papers as Word files: real headings, tables whose heads repeat, page numbers; the same paper gives the same bytes.

Bytes   times inside the file are those of the paper, and the archive has no clock of its own
"""

import io
import struct
import zipfile
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.shared import Cm, Pt, RGBColor

from ews.casework.paper.docx_look import GREY, Look, set_fonts, set_up
from ews.casework.paper.docx_tables import (
    COLOURS,
    add_facts,
    add_table,
    add_text,
    fill,
    gap,
    grid,
    keep_whole,
    tighten,
    write,
)
from ews.casework.paper.paper import (
    Block,
    Cell,
    Chart,
    Facts,
    Heading,
    Note,
    Opinions,
    Paper,
    Picture,
    Prose,
    Signatures,
    Table,
    plain,
)
from ews.casework.paper.picture_size import size_of

_PICTURE = 8.5
_LONGEST_SIDE = 11.0
_OPINION = 3.4
"""Centimetres of room for an opinion."""
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
    look = set_up(document, paper)
    _head(document, paper, look)
    for section in paper.sections:
        heading = document.add_heading(plain(section.heading), level=1)
        heading.paragraph_format.page_break_before = section.is_new_page
        for block in section.blocks:
            _add(document, block, look)
    written = io.BytesIO()
    document.save(written)
    return _timeless(written.getvalue(), paper.made_at)


def _head(document: Any, paper: Paper, look: Look) -> None:
    if look.is_centred:
        document.add_paragraph(plain(paper.title), style="Title")
        subtitle = document.add_paragraph()
        subtitle.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = subtitle.add_run(plain(paper.subtitle))
        run.font.size = Pt(15.0)
        set_fonts(run, look.latin, look.headings)
    else:
        write(document.add_paragraph(), paper.title, look, size=10.5, colour=GREY)
        document.add_paragraph(plain(paper.subtitle), style="Title")
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if look.is_centred else None
    write(line, paper.about, look, size=10.0 if look.is_centred else None, colour=GREY)
    if paper.badge is not None:
        write(line, f"    {paper.badge.text}", look, colour=COLOURS.get(paper.badge.tone), bold=True)
    if paper.figures:
        cells = tuple(Cell(cell.text, cell.tone, name) for cell, name in paper.figures)
        row = grid(document, [1 / len(cells)] * len(cells), look).add_row()
        keep_whole(row)
        fill(row, cells, look, size=13.0 if look.is_centred else 14.0)
        gap(document)


def _add(document: Any, block: Block, look: Look) -> None:
    match block:
        case Table():
            add_table(document, block, look)
        case Facts():
            add_facts(document, block, look)
        case Note():
            write(document.add_paragraph(), block.text, look, size=9.0, colour=GREY)
        case Heading():
            document.add_heading(plain(block.text), level=2)
        case Prose():
            _prose(document, block, look)
        case _:
            _drawn(document, block, look)


def _drawn(document: Any, block: Chart | Picture | Signatures | Opinions, look: Look) -> None:
    match block:
        case Chart():
            _chart(document, block, look)
        case Picture():
            _picture(document, block, look)
        case Signatures():
            _signatures(document, block, look)
        case Opinions():
            _opinions(document, block, look)


def _prose(document: Any, block: Prose, look: Look) -> None:
    paragraph = document.add_paragraph()
    if block.mark:
        add_text(paragraph, block.mark).add_tab()
    add_text(paragraph, block.text).bold = block.is_bold or None
    if block.mark:
        hanging = 2 * look.text_size
        paragraph.paragraph_format.left_indent = Pt(hanging)
        paragraph.paragraph_format.first_line_indent = Pt(-hanging)
    else:
        paragraph.paragraph_format.first_line_indent = Pt(2 * look.text_size)


def _chart(document: Any, block: Chart, look: Look) -> None:
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(4), Pt(0)
    write(title, block.title, look, size=10.5, bold=True)
    write(title, f"  {block.unit}" if block.unit else "", look, size=look.small_size, colour=GREY)
    if block.content is None:
        write(document.add_paragraph(), block.instead, look, size=9.0, colour=GREY)
        return
    if block.keys:
        keys = document.add_paragraph()
        keys.paragraph_format.keep_with_next = True
        keys.paragraph_format.space_after = Pt(0)
        for key in block.keys:
            write(
                keys, "■ ", look, size=look.cell_size, colour=RGBColor.from_string(key.colour.removeprefix("#").upper())
            )
            write(keys, f"{key.text}    ", look, size=look.small_size)
    drawn = document.add_paragraph()
    _sized(drawn, block.content, look.width, look.width, block.alt or block.title)


def _picture(document: Any, block: Picture, look: Look) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    if block.content is None or not _sized(paragraph, block.content, _PICTURE, _LONGEST_SIDE, block.caption):
        write(paragraph, f"[{block.instead}]", look, colour=GREY)
    write(document.add_paragraph(), block.caption, look, size=look.small_size, colour=GREY)


def _sized(paragraph: Any, content: bytes, widest: float, highest: float, alt: str) -> bool:
    """Add a picture; false where its head cannot be read."""
    size = size_of(content)
    if size is None:
        return False
    ratio = size[1] / size[0]
    width = min(widest, highest / ratio)
    run = paragraph.add_run()
    try:
        shape = run.add_picture(io.BytesIO(content), Cm(width), Cm(width * ratio))
    except _UNREADABLE:
        run.clear()
        return False
    shape._inline.docPr.set("descr", plain(alt))  # noqa: SLF001 - python-docx has no other way
    return True


def _signatures(document: Any, block: Signatures, look: Look) -> None:
    document.add_paragraph()
    row = grid(document, [1 / len(block.who)] * len(block.who), look).add_row()
    keep_whole(row)
    for cell, who in zip(row.cells, block.who, strict=True):
        write(cell.paragraphs[0], "\n\n", look, size=look.cell_size)
        write(cell.add_paragraph(), who, look, size=look.cell_size, colour=GREY)


def _opinions(document: Any, block: Opinions, look: Look) -> None:
    table = grid(document, [0.18, 0.82], look)
    for who in block.who:
        row = table.add_row()
        row.height = Cm(_OPINION)
        keep_whole(row)
        name, room = row.cells
        write(name.paragraphs[0], who, look, size=10.5)
        write(room.paragraphs[0], "\n\n\n", look, size=10.5)
        signed = room.add_paragraph()
        signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        write(signed, block.sign, look, size=10.5)
        for cell in row.cells:
            tighten(cell)
    for row in table.rows[:-1]:
        for paragraph in row.cells[0].paragraphs:
            paragraph.paragraph_format.keep_with_next = True


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
