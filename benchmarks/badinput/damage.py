"""Damage: one thing done to a good extract, and what an error about it has to name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

COMMANDS: dict[str, tuple[str, ...]] = {
    "import": ("import", "source", "--raw", "raw", "--book", "book", "--json"),
    "outcomes": ("outcomes", "import", "lists/outcomes.csv", "--book", "book", "--known-to", "2026-06-30", "--json"),
    "told": ("outcomes", "import", "lists/told.parquet", "--book", "book", "--known-to", "2026-06-30", "--json"),
    "policy": ("policy", "check", "policy", "--json"),
    "settings": ("policy", "check", "--json"),
    "recipe": ("outcomes", "maturity", "--book", "book", "--recipe", "recipe.toml", "--months", "1", "--json"),
    "check": ("check", "book", "--json"),
    "maturity": ("outcomes", "maturity", "--book", "book", "--months", "1", "--json"),
}
"""What reads each sort of file, in the folder of the extract."""

Harm = Callable[[Path], object]
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Damage:
    """`harm` changes the folder; `names` are words of which an error says at least one: file, table or column.

    `large` takes a gigabyte of disk or seconds to make and stays out of the small run; `as_nobody` runs without the
    rights of an administrator.
    """

    kind: str
    what: str
    command: str
    harm: Harm
    names: tuple[str, ...]
    large: bool = False
    as_nobody: bool = False


Damages = Iterator[Damage]


def rewrite(place: str, change: Change) -> Harm:
    """Return the harm that replaces the content of the file at `place`."""

    def harm(folder: Path) -> None:
        file = folder / place
        file.write_bytes(change(file.read_bytes()))

    return harm


def cut(at: int) -> Change:
    """Return the change that keeps the first `at` bytes."""
    return lambda content: content[:at]


def turned(bits: tuple[int, ...]) -> Change:
    """Return the change that turns bits round."""
    return lambda content: flipped(content, bits)


def flipped(content: bytes, bits: tuple[int, ...]) -> bytes:
    """Return `content` with the bits at those places turned round."""
    changed = bytearray(content)
    for bit in bits:
        changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def places(rng: Random, size: int, count: int) -> list[int]:
    """Return `count` places in `size`, in order, both ends among them."""
    return sorted({1, size - 1, *(rng.randrange(1, size) for _ in range(count - 2))})
