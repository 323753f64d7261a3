"""Links: what a page of docs/ links to, as its copy in the folder of one language has to.

Language   NAME.en.md is NAME.md in the English folder; the line that leads to the other language gives way to the
           switch of the site
Outside    what lies outside docs/ is told by its path, since it is no page
Lines      a line of Chinese that goes on in the next one is joined to it: a browser would show a gap
"""

import posixpath
import re
from pathlib import PurePosixPath

_LINK = re.compile(r"(!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_SWITCH = re.compile(r"^\[(?:English|中文)\]\([^)]*\)[.。]?[ ]?", re.MULTILINE)
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_GAP = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef”])\n *(?=[\u4e00-\u9fff“（《])")
SUFFIX = ".en.md"


def rewritten(text: str, place: PurePosixPath) -> str:
    """Return the Markdown of a page that lies at `place` below docs/, code left as it is."""
    parts = _CODE.split(text)
    parts[::2] = [_prose(part, place) for part in parts[::2]]
    return "".join(parts)


def _prose(text: str, place: PurePosixPath) -> str:
    linked = _LINK.sub(lambda match: _link(match, place), _SWITCH.sub("", text))
    return _GAP.sub("", linked)


def _link(match: re.Match[str], place: PurePosixPath) -> str:
    target, _, anchor = match["target"].partition("#")
    if ":" in target or not target:
        return match[0]
    found = posixpath.normpath((place.parent / target).as_posix())
    if found.startswith("../"):
        outside = found.removeprefix("../")
        text = match["text"]
        return f"`{outside}`" if text == outside else f"{text} (`{outside}`)"
    if target.endswith(SUFFIX):
        target = target.removesuffix(SUFFIX) + ".md"
    mark = "!" if match[0].startswith("!") else ""
    return f"{mark}[{match['text']}]({target}{'#' if anchor else ''}{anchor})"
