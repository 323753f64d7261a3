"""Picture size: how wide and high a PNG or JPEG is by its head; null for one that cannot be shown.

A JPEG is followed from marker to marker up to its pixels, so that whoever reads it after us finds a whole head.
"""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE = slice(16, 24)
_JPEG = b"\xff\xd8"
_KNOWN = (b"JFIF", b"Exif")
"""What the first segment of a JPEG says at its seventh byte; Word files take no other."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of segments that hold height and width."""
_PIXELS, _END = 0xDA, 0xD9
_LEAST = 2
"""The length of a segment counts its own two bytes."""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, None where they cannot be told or one is 0."""
    if content.startswith(_PNG):
        width, height = (int.from_bytes(content[at : at + 4]) for at in (_PNG_SIZE.start, _PNG_SIZE.start + 4))
        return (width, height) if width and height and len(content) > _PNG_SIZE.stop else None
    if content.startswith(_JPEG) and content[6:10] in _KNOWN:
        return _of_jpeg(content)
    return None


def _of_jpeg(content: bytes) -> tuple[int, int] | None:
    at, found = len(_JPEG), None
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == _PIXELS:
            return found
        length = int.from_bytes(content[at + 2 : at + 4])
        if marker == _END or length < _LEAST:
            return None
        if marker in _FRAMES:
            height, width = (int.from_bytes(content[place : place + 2]) for place in (at + 5, at + 7))
            found = (width, height) if width and height else None
        at += 2 + length
    return None
