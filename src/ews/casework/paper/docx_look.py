"""Look of Word files: fonts, sizes, margins, what runs along the top and the bottom of each page.

Fonts     Chinese text is set by name; where a machine has no such font, Word takes another
file      a file of records: one sans-serif font, narrow margins, tables as wide as the page
official  what is read, signed and filed: 宋体 title, 黑体 headings, 仿宋 text, 宋体 in tables
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from ews.casework.paper.paper import Manner, Paper, plain

GREY, INK = RGBColor(0x4A, 0x5A, 0x6C), RGBColor(0x18, 0x24, 0x33)
_A4 = 21.0, 29.7


@dataclass(frozen=True, slots=True)
class Look:
    """`latin` serves digits and letters everywhere; the other fonts are Chinese. Sizes in points, margins in cm."""

    latin: str
    text: str
    headings: str
    title: str
    cells: str
    title_size: float
    heading_sizes: tuple[float, float]
    text_size: float
    cell_size: float
    small_size: float
    margins: tuple[float, float, float, float]
    is_centred: bool = False

    @property
    def width(self) -> float:
        """Return the centimetres between the margins."""
        _, right, _, left = self.margins
        return _A4[0] - left - right


LOOKS: Mapping[Manner, Look] = {
    "file": Look(
        *("Calibri", "微软雅黑", "微软雅黑", "微软雅黑", "微软雅黑"),
        20.0,
        (13.0, 10.5),
        9.5,
        8.5,
        7.5,
        (1.6, 1.4, 1.8, 1.4),
    ),
    "official": Look(
        *("Times New Roman", "仿宋", "黑体", "宋体", "宋体"),
        22.0,
        (14.0, 12.0),
        12.0,
        9.5,
        8.5,
        (2.4, 2.2, 2.2, 2.4),
        True,
    ),
}


def set_up(document: Any, paper: Paper) -> Look:
    """Give the document its page, styles, header, footer and properties; return the look they are of."""
    look, page = LOOKS[paper.manner], document.sections[0]
    page.page_width, page.page_height = Cm(_A4[0]), Cm(_A4[1])
    page.top_margin, page.right_margin, page.bottom_margin, page.left_margin = (Cm(one) for one in look.margins)
    _styles(document, look)
    about = document.core_properties
    about.title, about.subject = plain(paper.title)[:255], plain(paper.subtitle)[:255]
    about.author = about.last_modified_by = "ews"
    about.created = about.modified = paper.made_at
    about.revision, about.comments = 1, ""
    if paper.header:
        _header(page.header.paragraphs[0], paper.header, look)
    _footer(page.footer.paragraphs[0], paper, look)
    return look


def set_fonts(font_of: Any, latin: str, chinese: str) -> None:
    """Set the fonts of a run or a style; those of the theme would win."""
    font_of.font.name = latin
    fonts = font_of.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), chinese)


def _styles(document: Any, look: Look) -> None:
    first, second = look.heading_sizes
    fonts = (
        ("Normal", look.text, look.text_size),
        ("Title", look.title, look.title_size),
        ("Heading 1", look.headings, first),
        ("Heading 2", look.headings, second),
    )
    for name, chinese, size in fonts:
        style = document.styles[name]
        set_fonts(style, look.latin, chinese)
        style.font.size = Pt(size)
        if name != "Normal":
            style.font.color.rgb = INK
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    if look.is_centred:
        _centred(document)


def _centred(document: Any) -> None:
    """Set the title in the middle, without the line that the template draws below it, and let the text breathe."""
    title = document.styles["Title"]
    line = title.element.pPr.find(qn("w:pBdr"))
    if line is not None:
        title.element.pPr.remove(line)
    title.font.bold = True
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(4)
    document.styles["Normal"].paragraph_format.line_spacing = 1.25
    for name, before in (("Heading 1", 14), ("Heading 2", 8)):
        style = document.styles[name]
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
        style.font.bold = False


def _header(paragraph: Any, text: str, look: Look) -> None:
    run = paragraph.add_run(plain(text))
    run.font.size, run.font.color.rgb = Pt(look.small_size), GREY
    set_fonts(run, look.latin, look.cells)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "4"), ("color", "9AA6B3")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no other way


def _footer(paragraph: Any, paper: Paper, look: Look) -> None:
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(look.width), WD_TAB_ALIGNMENT.RIGHT)
    _small(paragraph, f"{paper.footer}\t", look)
    _field(paragraph, "PAGE", look)
    _small(paragraph, " / ", look)
    _field(paragraph, "NUMPAGES", look)


def _small(paragraph: Any, text: str, look: Look) -> None:
    run = paragraph.add_run(plain(text))
    run.font.size, run.font.color.rgb = Pt(look.small_size), GREY
    set_fonts(run, look.latin, look.cells)


def _field(paragraph: Any, name: str, look: Look) -> None:
    """Add a field that Word fills in; LibreOffice takes its form from the run within."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    _small(paragraph, "1", look)
    field.append(paragraph.runs[-1]._r)  # noqa: SLF001 - python-docx has no other way
    paragraph._p.append(field)  # noqa: SLF001 - likewise
