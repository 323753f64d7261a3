"""Forget: a borrower's name, texts, contacts and pictures go; what the bank has to keep stays under the bank's number.

Refused  while a loan is owed or a case is open, unless said to go on: the law of lending and of disputes comes first
Order    files, then the store in one transaction, then its pages; killed anywhere, the same command goes to the end
Beyond   the book and the raw extracts are the bank's: what they still say is told; backups keep what they held
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, String, cast, select

from ews.cli import show
from ews.cli.audit import opened_log
from ews.cli.book_place import book_of
from ews.cli.desks import now
from ews.cli.erased_files import Files, batch_folders, erase_from_batch, made_anew
from ews.cli.people import by
from ews.cli.searched import has_text
from ews.cli.settings import Settings
from ews.domain.errors import ForbiddenError, RequestError, UnknownBorrowerError
from ews.store.audit import Entry
from ews.store.engine import reading
from ews.store.forgetting import Person, Touch, forget_rows, person_of
from ews.store.keeping import newest_publications, take_out, wipe_pages
from ews.store.personal import Whom, tells
from ews.store.tables import acts, cases

ENTRY = "personal.forget"
_LEAST = 2
"""Characters of a text that is to go: of one alone nobody knows what it would hit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`also` are texts that lead to the person too: the number of an identity card, a telephone's."""

    borrower_id: str
    reason: str
    also: tuple[str, ...] = ()
    even_though: bool = False


@dataclass(slots=True)
class Forgotten:
    """What went, or would go where it is `dry`; `left` are files in which a text that had to go still stands."""

    dry: bool
    person: Person
    touch: Touch
    files: Files
    left: list[Path] = field(default_factory=list)


def forget(settings: Settings, asked: Asked, *, dry: bool, as_json: bool) -> Forgotten:
    """Take a person out of the home; ForbiddenError says why not, UnknownBorrowerError where nobody is known so."""
    home, at = settings.home.resolve(), now()
    with opened_log(settings) as log, ExitStack() as locks:
        for lock in locks_of(home):
            locks.enter_context(FileLock(lock))  # no batch takes up meanwhile what goes
        with reading(log.store) as connection:
            person = person_of(connection, asked.borrower_id, newest_publications(connection).values())
            evidence = _evidence(connection, home, asked.borrower_id)
        _check(person, asked)
        named = tuple(sorted({*person.names, *asked.also}))
        elsewhere = tuple(one for one in named if not (person.namesakes and one in person.names))
        whom = Whom(asked.borrower_id, named, elsewhere)
        files = _files(home, whom, evidence, at, dry=dry, as_json=as_json)

        def work(connection: Connection, touch: Touch) -> dict[str, Any] | None:
            done = forget_rows(connection, whom)
            touch.rows, touch.sets, touch.changed = done.rows, done.sets, done.changed
            more = {"rewritten": len(files.rewritten), "removed": len(files.removed)}
            return (
                {"reason": asked.reason, "even_though": asked.even_though, "files": more} if _any(done, files) else None
            )

        entry = Entry(at, by(), ENTRY, asked.borrower_id, borrowers=(asked.borrower_id,))
        touch = take_out(log, entry, work, elsewhere, dry=dry)
        if not dry:
            wipe_pages(log.store)
        found = Forgotten(dry, person, touch, files)
        found.left = [] if dry else [path for path in _searched(home) if has_text(path, elsewhere)]
    _tell(found, as_json=as_json)
    return found


def _check(person: Person, asked: Asked) -> None:
    if not person.is_known:
        message = f"Borrower '{asked.borrower_id}' is in no batch and in no case of this home. Check the id."
        raise UnknownBorrowerError(message)
    if any(len(one.strip()) < _LEAST for one in asked.also):
        message = "A text given with --also is too short: of one character nobody knows what it would hit."
        raise RequestError(message)
    if tells(asked.reason, (*person.names, *asked.also)):
        message = "The reason names the person: it would stay in the audit log. Give the number of the request instead."
        raise RequestError(message)
    why = ["the newest batch has a loan of theirs"] if person.owes else []
    if person.open_cases:
        why.append(f"cases are open ({', '.join(person.open_cases[:5])})")
    if why and not asked.even_though:
        message = (
            f"Borrower '{asked.borrower_id}' is not forgotten: {' and '.join(why)}. What a running contract or a case "
            "needs may be kept; close it first, or say --even-though where the law has it so."
        )
        raise ForbiddenError(message)


def _any(touch: Touch, files: Files) -> bool:
    return bool(touch.changed or files.rewritten or files.removed)


def _files(home: Path, whom: Whom, evidence: Collection[Path], at: datetime, *, dry: bool, as_json: bool) -> Files:
    files = Files()
    folders = batch_folders(home)
    with show.progress("forget", quiet=as_json) as progress:
        for done, folder in enumerate(folders, start=1):
            erase_from_batch(folder, whom, at, files, dry=dry)
            progress("batches", done, len(folders))
    for path in (*evidence, *made_anew(home)):
        files.remove(path, dry=dry)
    return files


def _evidence(connection: Connection, home: Path, borrower_id: str) -> list[Path]:
    """Return the files that cases of the borrower name and no other case does."""
    there = {path.name: path for path in (home / "evidence").glob("??/*") if path.is_file()}
    mine = select(cases.c.body).where(cases.c.borrower_id == borrower_id)
    texts = connection.execute(mine).scalars().all()
    own = {name for name in there if any(name in text for text in texts)}
    return [there[name] for name in sorted(own) if not _named_elsewhere(connection, borrower_id, name)]


def _named_elsewhere(connection: Connection, borrower_id: str, name: str) -> bool:
    other = cases.c.borrower_id.is_distinct_from(borrower_id)
    in_case = select(cases.c.case_id).where(other, cast(cases.c.body, String).contains(name))
    in_act = (
        select(acts.c.act).join(cases, cases.c.case_id == acts.c.case_id).where(other, acts.c.content.contains(name))
    )
    return any(connection.execute(query.limit(1)).first() for query in (in_case, in_act))


def locks_of(home: Path) -> list[Path]:
    """Return the locks that batches hold while they are made, one per portfolio."""
    return [folder / ".lock" for folder in sorted((home / "decisions").glob("*")) if folder.is_dir()]


def _searched(home: Path) -> Iterator[Path]:
    """Go through all files of the home, and of the books that it knows."""
    books = [book_of(home, path.stem) for path in (home / "books").glob("*.json")]
    for folder in (home, *(book for book in books if book is not None)):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def _tell(found: Forgotten, *, as_json: bool) -> None:
    files, person = found.files, found.person
    told = {
        "dry": found.dry,
        "borrower_id": person.borrower_id,
        "namesakes": person.namesakes,
        "rows": found.touch.changed,
        "files_rewritten": len(files.rewritten),
        "files_removed": len(files.removed),
        "bytes": files.bytes,
        "left": [str(path) for path in found.left],
    }
    if as_json:
        show.as_json(told)
        return
    rows = [(name, show.count(count)) for name, count in sorted(found.touch.changed.items())]
    rows += [
        ("files written anew 重写文件", show.count(len(files.rewritten))),
        ("files and folders removed 删除文件", show.count(len(files.removed))),
        ("bytes 字节", show.count(files.bytes)),
    ]
    title = "Would be forgotten 将删除（未执行，加 --yes 执行）" if found.dry else "Forgotten 已删除"
    show.table(f"{title}: {person.borrower_id}", ("", ""), rows)
    if person.namesakes:
        _line(f"{person.namesakes} other borrowers have the same name 同名借款人；他人资料中的该姓名保留")
    for path in found.left:
        _line(f"still there, to be dealt with by the bank 仍含有，请另行处理: {path}")


def _line(text: str) -> None:
    show.OUT.print(text, highlight=False, markup=False, soft_wrap=True)
