"""Vendor: what the pages need of others, taken from node_modules into the package's static folder.

Reads   node_modules (as `npm ci` left it), icons.txt, charts.mjs, notices.txt
Writes  src/ews/serving/static/vendor: style, scripts, icons, licences, and gzip copies of what is text for a browser
Same    packages and lists, same bytes; LICENCES.txt is written last, so that it stands for a folder that is whole
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent
MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "src" / "ews" / "serving" / "static" / "vendor"

COPIED = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
LICENCES = {
    "@tabler/icons": "LICENSE",
    "htmx.org": "LICENSE",
    "echarts": "LICENSE",
    "echarts (notice)": "NOTICE",
    "echarts (d3)": "licenses/LICENSE-d3",
    "zrender": "LICENSE",
    "tslib": "LICENSE.txt",
}
BUNDLED = ("--bundle", "--minify", "--format=iife", "--global-name=echarts", "--target=es2020", "--log-level=warning")
FILLED = "-filled"
ZIPPED = (".css", ".js", ".svg")

_ICON = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
_FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
_OUTLINE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'


def build(modules: Path = MODULES, target: Path = VENDOR) -> None:
    """Write the folder anew; FileNotFoundError names what the packages lack."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, source in COPIED.items():
        shutil.copyfile(modules / source, target / name)
    bundle_charts(modules, target / "echarts.min.js")
    names = (HERE / "icons.txt").read_text(encoding="utf-8").split()
    (target / "icons.svg").write_text(sprite(names, modules / "@tabler" / "icons" / "icons"), encoding="utf-8")
    for path in sorted(target.iterdir()):
        if path.suffix in ZIPPED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    (target / "LICENCES.txt").write_text(licences(modules), encoding="utf-8")


def bundle_charts(modules: Path, target: Path) -> None:
    """Bundle the charts that charts.mjs names into one script; `node` must be on the path."""
    node = shutil.which("node")
    if node is None:
        message = "There is no 'node' on the path to bundle the charts with. Run it by 'make setup', which brings one."
        raise FileNotFoundError(message)
    bundler, entry = modules / "esbuild" / "bin" / "esbuild", HERE / "charts.mjs"
    command = [node, str(bundler), str(entry), *BUNDLED, f"--outfile={target}"]
    subprocess.run(command, check=True, cwd=PROJECT)  # noqa: S603 - our own list of words


def sprite(names: Iterable[str], drawings: Path) -> str:
    """Return one SVG in which each icon is a symbol of its name, to be shown by `<use href="icons.svg#name">`."""
    made_by = "<!-- Tabler Icons, MIT, see LICENCES.txt -->"
    symbols = (_symbol(name, drawings) for name in names)
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', made_by, *symbols, "</svg>", ""])


def licences(modules: Path) -> str:
    """Return the terms of all that lies in the folder."""
    parts = [(HERE / "notices.txt").read_text(encoding="utf-8")]
    for name, file in LICENCES.items():
        text = (modules / name.split(" ")[0] / file).read_text(encoding="utf-8").strip()
        parts.append(f"{'=' * 100}\n{name}\n{'=' * 100}\n{text}\n")
    return "\n".join(parts)


def _symbol(name: str, drawings: Path) -> str:
    filled = name.endswith(FILLED)
    path = drawings / ("filled" if filled else "outline") / f"{name.removesuffix(FILLED)}.svg"
    if not path.is_file():
        message = (
            f"icons.txt names '{name}', which Tabler does not draw ({path}). For names see https://tabler.io/icons"
        )
        raise FileNotFoundError(message)
    drawing = _ICON.search(path.read_text(encoding="utf-8"))
    lines = [line.strip() for line in (drawing[1] if drawing else "").splitlines()]
    shapes = "".join(line for line in lines if line != _FRAME)
    look = 'fill="currentColor"' if filled else _OUTLINE
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look}>{shapes}</symbol>'


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else VENDOR
    build(target=folder)
    sys.stdout.write(f"Made {os.path.relpath(folder)}\n")
