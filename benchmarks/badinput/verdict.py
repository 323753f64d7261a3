"""Verdict: what became of a damaged extract, by rules that can fail.

clear        the command ended with 2 or 3 and one error, which `faults_of_error` finds no fault with
quarantined  it was taken in but for the rows that were rejected, and every total ties: in = accepted + rejected, by
             table and raw file; what was stored is what was accepted, what lies in quarantine is what was rejected
unchanged    the book has the same tables as of the good extract: it was no damage to what is read
taken        it was taken in whole with other content: well formed, so that nothing in the file says that it is wrong
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.badinput.children import Ended
from benchmarks.badinput.damage import Damage

OVER_MIB = 1_024
"""Peak of a child: EWS_MEMORY_MIB (512) for the engine, and as much again for Python with all that ews imports (about
300) and what reads files outside the engine, a piece at a time."""
LONGEST = 3_000
"""Characters of an error: more is the content of a file."""
ADVICE = re.compile(
    r"\b(the file holds|neither a fact, a feature nor a parameter|did you mean|the fields are|"
    r"Allowed are|Columns allowed|Tables:|Add|"
    r"Allow|Ask|Cast|Check|Choose|Compare|Deliver|Give|Import|Install|Let|List|Look|Make|Mend|Name|Put|Read|"
    r"Rename|Restore|Save|Say|See|Set|Start|Take|Train|Use|Wait|Write|add|allow|cast|check|deliver|delete|give|import|"
    r"mend|name|put|restore|rename|set|start|take|use|write)\b"
)
_ERRORS = (2, 3)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`said` is clear, quarantined, unchanged, taken, unclear, traceback or hang; `why` tells of the last three."""

    damage: Damage
    said: str
    why: str
    over_memory: bool
    not_reconciled: bool
    book_changed: bool
    ended: Ended


def judge(damage: Damage, ended: Ended, folder: Path, before: dict[str, str], good: dict[str, str]) -> Verdict:
    """Return the verdict; `before` and `good` are `state_of` the book that was there and of the good extract's."""
    said, why, odd = _said(damage, ended, folder, good)
    changed = ended.status != 0 and state_of(folder / "book") != before
    return Verdict(damage, said, why, ended.peak_mib > OVER_MIB, bool(odd), changed, ended)


def state_of(book: Path) -> dict[str, str]:
    """Return the hash of each file that makes the book, by its place; rejected rows are no part of it."""
    whole = [book / "manifest.json", *(book / "data").glob("*"), *(book / "outcome-lists").glob("*")]
    return {
        str(file.relative_to(book)): hashlib.sha256(file.read_bytes()).hexdigest() for file in whole if file.is_file()
    }


def faults_of_error(text: str, names: tuple[str, ...]) -> list[str]:
    """Return what is wrong with an error: by these rules it is clear where there is nothing."""
    found = []
    if not text.startswith("ews: "):
        found.append("it is not said by ews")
    if len(text) > LONGEST:
        found.append(f"{len(text)} characters")
    if not any(name.casefold() in text.casefold() for name in names):
        found.append(f"none of {', '.join(names)} is named")
    if not re.search(r"'[^']*'|\"[^\"]*\"|\d|\(.+\)|\[.+\]", text):
        found.append("no value or place is told")
    if not ADVICE.search(text):
        found.append("it does not say what to do")
    letters = [one for one in text if one.isalpha()]
    if not letters or sum(one.isascii() for one in letters) < 0.6 * len(letters):
        found.append("it is not English")
    if "Traceback" in text or re.search(r"\b(Errno|0x[0-9a-f]{6,}|<class)\b", text):
        found.append("it shows the inside of the program")
    return found


def _said(damage: Damage, ended: Ended, folder: Path, good: dict[str, str]) -> tuple[str, str, list[str]]:
    if ended.status is None:
        return "hang", f"{ended.seconds:.0f} s", []
    if ended.status < 0 or ended.status == 99 or "Traceback (most recent call last)" in ended.told:
        return "traceback", f"status {ended.status}: {ended.told.strip()[-400:]}", []
    if ended.status in _ERRORS:
        text = ended.told.strip() or _faults_told(ended.out)
        faults = _faults_of_report(ended.out, damage) if damage.command == "check" else None
        faults = faults_of_error(text, damage.names) if faults is None else faults
        return ("unclear", f"{'; '.join(faults)}: {text[:400]}", []) if faults else ("clear", text, [])
    if ended.status:
        return "unclear", f"status {ended.status}: {ended.told.strip()[-400:]}", []
    return _taken(damage, ended, folder, good)


def _taken(damage: Damage, ended: Ended, folder: Path, good: dict[str, str]) -> tuple[str, str, list[str]]:
    result = json.loads(ended.out)
    if damage.command not in ("import", "outcomes", "told"):
        return "unchanged", "", []
    parts = {**result.get("tables", {}), **result.get("files", {})} if damage.command == "import" else {"": result}
    odd = [fault for name, part in parts.items() for fault in _odd(name, part)]
    if damage.command == "import":
        odd += _odd_book(result, folder)
    if odd:
        return "traceback", f"totals do not tie: {'; '.join(odd)}", odd
    if any(part["rejected"] for part in parts.values()):
        return "quarantined", "", []
    return ("unchanged" if state_of(folder / "book") == good else "taken"), "", []


def _odd(name: str, part: dict[str, Any]) -> list[str]:
    """Return where the totals of a table or file do not tie."""
    found = []
    if part["in"] != part["accepted"] + part["rejected"]:
        found.append(f"{name}: {part['in']} in, {part['accepted']} accepted, {part['rejected']} rejected")
    if sum(part["reasons"].values()) != part["rejected"]:
        found.append(f"{name}: reasons {part['reasons']} for {part['rejected']} rejected")
    return found


def _odd_book(result: dict[str, Any], folder: Path) -> list[str]:
    """Return where files of the book or the quarantine do not hold what was told, or lines of a file are gone."""
    manifest, found = json.loads((folder / "book" / "manifest.json").read_text(encoding="utf-8")), []
    for name, part in result["tables"].items():
        stored = pq.read_metadata(folder / "book" / manifest["tables"][name]["file"]).num_rows
        if stored != part["accepted"]:
            found.append(f"{name}: {part['accepted']} accepted, {stored} stored")
    for name, part in (*result["tables"].items(), *((f"raw.{Path(n).stem}", p) for n, p in result["files"].items())):
        file = folder / (result["quarantine"] or "") / f"{name}.parquet"
        kept = len(set(pq.read_table(file)["row"].to_pylist())) if file.is_file() and result["quarantine"] else 0
        if kept != part["rejected"]:
            found.append(f"{name}: {part['rejected']} rejected, {kept} in quarantine")
    for name, part in result["files"].items():
        content = (folder / "raw" / name).read_bytes()
        lines = sum(1 for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip(b"\r")) - 1
        if b'"' not in content and part["in"] != lines:
            found.append(f"{name}: {lines} lines, {part['in']} in")
    return found


def _faults_of_report(out: str, damage: Damage) -> list[str] | None:
    """Return what is wrong with a report on a book, which tells table, fault and detail; None where there is none."""
    if not out.strip():
        return None
    problems = [problem for table in json.loads(out)["tables"].values() for problem in table["problems"]]
    told = any(name in problem["detail"] for problem in problems for name in damage.names)
    return [] if told else ["no problem names the file"]


def _faults_told(out: str) -> str:
    """Return the faults that a check tells on standard output as one error."""
    try:
        told = json.loads(out)
    except ValueError:
        return out
    faults = told.get("faults") or told.get("tables") or told
    return f"ews: {json.dumps(faults, ensure_ascii=False)[: LONGEST - 10]}"
