"""Methods: those that a path takes, over all routers, as the header `Allow` tells them."""

from fastapi import Request
from fastapi.routing import iter_route_contexts


def methods_of(request: Request) -> str:
    """Return the methods of the path that is asked, parted by commas."""
    path, found = request.scope["path"], set()
    for one in iter_route_contexts(request.app.router.routes):
        if one.path_regex.match(path):
            found |= one.methods or set()
    return ", ".join(sorted(found))
