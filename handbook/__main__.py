"""The site of the documentation: `python -m handbook` builds it into dist/site, with every link checked.

Needs what requirements-docs.lock names besides the product itself.
"""

import sys
from pathlib import Path

from handbook.build import build_site
from handbook.foreign import foreign_loads
from handbook.stage import stage

ROOT = Path(__file__).parent.parent


def main(target: Path) -> int:
    """Build, and return how many things would be loaded from elsewhere; errors as in `build_site`."""
    pages, site = target / "pages", target / "site"
    stage(ROOT / "docs", pages)
    build_site(pages, site)
    found = list(foreign_loads(site))
    for one in found:
        sys.stderr.write(f"Loaded from elsewhere: {one}\n")
    return len(found)


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist") else 0)
