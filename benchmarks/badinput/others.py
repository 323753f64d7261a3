"""Damage around the content: what is no file, archives and giants, and the files of settings, recipe and policy."""

import gzip
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from benchmarks.badinput.damage import Damage, Damages, Harm, cut, places, rewrite, turned

MIB = 1 << 20
RAW = (("raw/loans.csv", "import", ("loans",)), ("raw/balances.parquet", "import", ("balances", "ledger")))
OTHERS = (
    ("raw/core.db", "import", ("core", "guarantees")),
    ("source/source.toml", "import", ("source",)),
    ("source/loans.sql", "import", ("loans",)),
    ("lists/outcomes.csv", "outcomes", ("outcomes",)),
    ("lists/told.parquet", "told", ("told",)),
    ("policy/signals.toml", "policy", ("signals",)),
    ("recipe.toml", "recipe", ("recipe",)),
    ("ews.toml", "settings", ("ews.toml",)),
)


def damages(rng: Random) -> Damages:
    """Yield damages of places, of sizes, and of the database attached."""
    for place, command, names in (*RAW, *OTHERS):
        for what, harm in _PLACES.items():
            yield Damage(
                "no file", f"{place} {what}", command, _at(place, harm), names, as_nobody=what == "not readable"
            )
    for what, harm in _FOLDERS.items():
        yield Damage("no file", what, "import", harm, ("raw", "source"))
    for what, harm, told, large in _GIANTS:
        yield Damage("giants", what, "import", harm, told, large)
    for what, change in _ARCHIVES.items():
        yield Damage("archives", f"loans.csv {what}", "import", rewrite("raw/loans.csv", change), ("loans",))
    yield Damage("archives", "loans.csv.gz, a bomb, in place of loans.csv", "import", _gzip_bomb, ("loans",))
    yield Damage("archives", "loans.zip in place of loans.csv", "import", _zipped, ("loans",))
    for at in places(rng, 8_000, 6):
        yield Damage("database", f"cut after {at} bytes", "import", rewrite("raw/core.db", cut(at)), _DB)
    for number in range(6):
        bits = tuple(rng.randrange(8 * 8_192) for _ in range(4 + 20 * number))
        harm = rewrite("raw/core.db", turned(bits))
        yield Damage("database", f"{len(bits)} bits turned round", "import", harm, _DB)
    yield Damage("database", "without its table", "import", _no_table, _DB)


_DB = ("core", "guarantees")


def _at(place: str, harm: Harm) -> Harm:
    return lambda folder: harm(folder / place)


def _instead(make: Harm) -> Harm:
    def harm(file: Path) -> None:
        file.unlink()
        make(file)

    return harm


def _links_in_a_circle(file: Path) -> None:
    other = file.with_name("other-link")
    file.symlink_to(other)
    other.symlink_to(file)


_PLACES: dict[str, Harm] = {
    "gone": lambda file: file.unlink(),
    "a folder": _instead(Path.mkdir),
    "a pipe": _instead(os.mkfifo),
    "a link to nowhere": _instead(lambda file: file.symlink_to("nowhere")),
    "a link to itself": _instead(_links_in_a_circle),
    "a link to a device": _instead(lambda file: file.symlink_to("/dev/zero")),
    "a link to a file of the system": _instead(lambda file: file.symlink_to("/etc/passwd")),
    "empty": lambda file: file.write_bytes(b""),
    "one byte": lambda file: file.write_bytes(b"\n"),
    "noise": lambda file: file.write_bytes(bytes(n * n % 251 for n in range(5_000))),
    "not readable": lambda file: file.chmod(0),
}


def _file_for(name: str) -> Harm:
    def harm(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).touch()

    return harm


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder / "raw")
    (folder / "raw").mkdir()


_FOLDERS: dict[str, Harm] = {
    "the raw folder gone": lambda folder: shutil.rmtree(folder / "raw"),
    "the raw folder a file": _file_for("raw"),
    "the raw folder empty": _emptied,
    "the source a file": _file_for("source"),
    "the source gone": lambda folder: shutil.rmtree(folder / "source"),
    "two files of one name": lambda folder: shutil.copy(folder / "raw/loans.csv", folder / "raw/LOANS.csv"),
}


def _long_line(size: int, content: bytes) -> Harm:
    def harm(folder: Path) -> None:
        with (folder / "raw/loans.csv").open("ab") as file:
            for _ in range(size // MIB):
                file.write(content * (MIB // len(content)))

    return harm


def _sparse(folder: Path) -> None:
    with (folder / "raw/loans.csv").open("ab") as file:
        file.truncate(1 << 33)


def _columns(count: int) -> Callable[[bytes], bytes]:
    def change(text: bytes) -> bytes:
        head, rest = text.split(b"\n", 1)
        return head + b"".join(b",c%d" % number for number in range(count)) + b"\n" + rest

    return change


def _lines(count: int, line: bytes) -> Harm:
    def harm(folder: Path) -> None:
        with (folder / "raw/loans.csv").open("ab") as file:
            for _ in range(count // 10_000):
                file.write(line * 10_000)

    return harm


def _mixed(folder: Path) -> None:
    with (folder / "raw/customers.csv").open("ab") as file:
        for number in range(20_000):
            file.write(f"M{number},firm,公司,20200101\n".encode("gbk") * 10)


_LOANS = ("loans",)
_GIANTS: tuple[tuple[str, Harm, tuple[str, ...], bool], ...] = (
    ("loans.csv one line of 64 MiB", _long_line(64 * MIB, b"x"), _LOANS, False),
    ("loans.csv one line of 1 GiB", _long_line(1 << 30, b"x"), _LOANS, True),
    ("loans.csv one line of 12 MiB", _long_line(12 * MIB, b"x"), _LOANS, False),
    ("loans.csv one line of 64 MiB in quotes", _long_line(64 * MIB, b'",'), _LOANS, False),
    ("loans.csv 8 GiB of NUL without a disk behind", _sparse, _LOANS, True),
    ("loans.csv 100,000 columns", rewrite("raw/loans.csv", _columns(100_000)), _LOANS, False),
    ("loans.csv 1,000,000 columns", rewrite("raw/loans.csv", _columns(1_000_000)), _LOANS, False),
    ("loans.csv 300,000 lines of nothing right", _lines(300_000, b'"",x\n'), _LOANS, False),
    ("loans.csv 300,000 open quotes", _lines(300_000, b'L1,"x\n'), _LOANS, False),
    ("loans.csv 300,000 quotes in values", _lines(300_000, b'L1,B"0"1,x,1,2,3\n'), _LOANS, False),
    ("loans.csv 3,000,000 blank lines", _lines(3_000_000, b"\n"), _LOANS, True),
    ("customers.csv 200,000 lines each in the other encoding", _mixed, ("customers", "borrowers"), False),
)


_ARCHIVES: dict[str, Callable[[bytes], bytes]] = {
    "gzipped under its own name": gzip.compress,
    "a ZIP archive": lambda text: b"PK\x03\x04" + text,
    "an old workbook": lambda text: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + text,
    "a PDF": lambda text: b"%PDF-1.7\n" + text,
    "a Parquet file": lambda text: b"PAR1" + text,
    "HTML": lambda text: b"<html><body>" + text + b"</body></html>",
    "JSON, deep": lambda _: b"[" * 100_000,
    "a gzip bomb": lambda _: gzip.compress(bytes(256 * MIB)),
}


def _gzip_bomb(folder: Path) -> None:
    (folder / "raw/loans.csv").unlink()
    with gzip.open(folder / "raw/loans.csv.gz", "wb") as file:
        for _ in range(256):
            file.write(bytes(MIB))


def _zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "raw/loans.zip", "w") as archive:
        archive.write(folder / "raw/loans.csv", "loans.csv")
    (folder / "raw/loans.csv").unlink()


def _no_table(folder: Path) -> None:
    with sqlite3.connect(folder / "raw/core.db") as database:
        database.execute("DROP TABLE guarantees")
    database.close()
