"""Damage to text files as bytes: cut off, in another encoding, with other line ends, NUL bytes and open quotes."""

from random import Random

from benchmarks.badinput.damage import Change, Damage, Damages, cut, places, rewrite, turned

CSV = ("customers", "loans", "accounts", "cards")


def damages(rng: Random) -> Damages:
    """Yield the damages of every raw CSV file."""
    for stem in CSV:
        for at in places(rng, 4_000, 10):
            yield _raw("truncated", f"after {at} bytes", stem, cut(at))
        for kind, changes in (("encoding", _encodings(rng)), ("line ends", ENDS), ("NUL", _nul(rng))):
            for what, change in changes.items():
                yield _raw(kind, what, stem, change)
        for what, change in {**_QUOTES, **_unclosed(rng)}.items():
            yield _raw("quotes", what, stem, change)
        for what, change in _DUPLICATES.items():
            yield _raw("duplicates", what, stem, change)
        for number in range(6):
            bits = tuple(rng.randrange(32_000) for _ in range(1 + number * 3))
            yield _raw("bit flips", f"{len(bits)} bits", stem, turned(bits))


def _raw(kind: str, what: str, stem: str, change: Change) -> Damage:
    return Damage(kind, f"{stem}.csv {what}", "import", rewrite(f"raw/{stem}.csv", change), (stem, *TABLE_OF[stem]))


TABLE_OF = {"customers": ("borrowers",), "loans": ("loans",), "accounts": ("accounts",), "cards": ("card_statements",)}


def decoded(text: bytes) -> str:
    """Return the text of a raw file, whichever of the two encodings it is in."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("gb18030")


def _encodings(rng: Random) -> dict[str, Change]:
    whole: dict[str, Change] = {
        name: _as(name)
        for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "gbk", "big5", "cp037", "utf-7")
    }
    at = rng.randrange(30, 3_000)
    return {
        **whole,
        "half in each": lambda text: _halves(decoded(text)),
        "encoded twice": lambda text: decoded(text).encode().decode("latin-1").encode(),
        "bytes of no encoding": lambda text: text[:at] + b"\xff\xfe\xfa\x80" + text[at:],
        "a lone surrogate": lambda text: text[:at] + b"\xed\xa0\x80" + text[at:],
        "cut characters": lambda text: text.replace("公".encode(), "公".encode()[:2]),
    }


def _as(encoding: str) -> Change:
    return lambda text: decoded(text).encode(encoding, "replace")


def _halves(text: str) -> bytes:
    lines = text.splitlines(keepends=True)
    half = len(lines) // 2
    return "".join(lines[:half]).encode() + "".join(line.replace("B", "乙") for line in lines[half:]).encode("gbk")


ENDS: dict[str, Change] = {
    "CR alone": lambda text: text.replace(b"\n", b"\r"),
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "CRLF in the first half": lambda text: text[: len(text) // 2].replace(b"\n", b"\r\n") + text[len(text) // 2 :],
    "LF CR": lambda text: text.replace(b"\n", b"\n\r"),
    "a blank line after each": lambda text: text.replace(b"\n", b"\n\n"),
    "the character NEL": lambda text: text.replace(b"\n", "\u0085".encode()),
    "the line separator of Unicode": lambda text: text.replace(b"\n", "\u2028".encode()),
    "vertical tabs": lambda text: text.replace(b"\n", b"\v"),
    "none at all": lambda text: text.replace(b"\n", b""),
    "none at the end": lambda text: text.rstrip(b"\n"),
    "blanks at the end": lambda text: text.replace(b"\n", b"  \n"),
}


def _nul(rng: Random) -> dict[str, Change]:
    at = rng.randrange(30, 3_000)
    return {
        "one byte": lambda text: text[:at] + b"\0" + text[at:],
        "in the header": lambda text: b"\0" + text,
        "between all bytes": lambda text: b"\0".join(text[place : place + 1] for place in range(len(text))),
        "padding at the end": lambda text: text + bytes(4_096),
        "the whole file": lambda text: bytes(len(text)),
        "a block in the middle": lambda text: text[:1_000] + bytes(512) + text[1_512:],
    }


_QUOTES: dict[str, Change] = {
    "in the header": lambda text: b'"' + text,
    "around every line": lambda text: b"\n".join(b'"' + line + b'"' for line in text.split(b"\n")),
    "alone": lambda text: b'"' * len(text),
    "ten thousand in a field": lambda text: text.replace(b"B0007", b'"' * 10_000),
    "curly ones": lambda text: text.replace(b"B0007", "“B0007”".encode()),
    "inside a field": lambda text: text.replace(b"B0007", b'B0"007'),
}


def _unclosed(rng: Random) -> dict[str, Change]:
    def opened(line: int) -> Change:
        def change(text: bytes) -> bytes:
            lines = text.split(b"\n")
            lines[line] = lines[line].replace(b",", b',"', 1)
            return b"\n".join(lines)

        return change

    return {f"unclosed on line {line + 1}": opened(line) for line in (1, rng.randrange(2, 149), 150)}


_DUPLICATES: dict[str, Change] = {
    "one line again": lambda text: text + text.split(b"\n")[3] + b"\n",
    "the whole file again": lambda text: text + text,
    "all lines again": lambda text: text + text.split(b"\n", 1)[1],
    "an id with other content": lambda text: text + text.split(b"\n")[3].replace(b"B0002", b"B0003") + b"\n",
    "one id for all": lambda text: (
        text.split(b"\n", 1)[0] + b"\n" + b"\n".join(b"X" + line[5:] for line in text.split(b"\n")[1:-1]) + b"\n"
    ),
}
