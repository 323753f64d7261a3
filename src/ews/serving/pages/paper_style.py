"""Style of papers: served from where it lies beside the papers themselves, since files that are saved hold it too.

To be asked before the files below /static/.
"""

import hashlib

from fastapi import APIRouter, Response

from ews.casework.paper.page import STYLE

router = APIRouter(include_in_schema=False)

ADDRESS = f"/static/paper.css?v={hashlib.sha256(STYLE.encode()).hexdigest()[:16]}"
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


@router.get("/static/paper.css")
def read_style(v: str | None = None) -> Response:  # noqa: ARG001 - it changes when the style does
    """Return how papers look."""
    return Response(STYLE, media_type="text/css", headers=_KEPT)
