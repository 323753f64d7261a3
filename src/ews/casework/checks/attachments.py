"""Attachments: photos and scans handed in with a check, and read back by whoever may see it.

Order   the file is kept before the act is stored: a file without a check is harmless, a check without its file is not
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ews.casework.checks.body import KIND, Attached, body_of, write_body
from ews.casework.checks.draft import own_draft
from ews.casework.checks.evidence import Kept, fetch, keep, media_type
from ews.casework.desk import Desk, at_work, change_case
from ews.domain.errors import FormError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.cases import Case, find_case, unknown_case
from ews.store.engine import reading

MOST_FILES = 50
"""Files that one check may have."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that is read back."""

    borrower_id: str | None
    attached: Attached
    content: bytes


def attach(
    desk: Desk,
    folder: Path,
    actor: Actor,
    case_id: str,
    content: bytes,
    *,
    version: int,
    request_id: str | None = None,
) -> tuple[Case, Kept]:
    """Keep a file and note it in the actor's own draft; FormError for what is no picture or scan."""
    media_type(content)
    with at_work(desk, actor, "check.attach", case_id, request_id=request_id) as work:
        case, body = own_draft(work, case_id, version)
        kept = keep(folder, content)
        if kept.sha256 in body.hashes:
            message = sentence(
                "Check '{case_id}' has the file {sha256} already. Name it in a field of the form.",
                case_id=case_id,
                sha256=kept.sha256,
            )
            raise FormError(message)
        if len(body.files) >= MOST_FILES:
            message = sentence(
                "Check '{case_id}' has {count} files, as many as it may. Begin another for what is left.",
                case_id=case_id,
                count=len(body.files),
            )
            raise FormError(message)
        file = Attached(kept.sha256, kept.media_type, kept.size, actor.user_id, work.at)
        body = replace(body, files=(*body.files, file))
        told = {"sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}
        return change_case(work, replace(case, body=write_body(body)), "attach", told), kept


def read_attached(desk: Desk, folder: Path, actor: Actor, case_id: str, sha256: str) -> Photo:
    """Return a file that was handed in with a check; UnknownCaseError where the actor may not see the check.

    FormError where the check has no such file.
    """
    with reading(desk.store) as connection:
        case = find_case(connection, case_id)
    if not actor.sees(case.branch_id) or case.kind != KIND:
        raise unknown_case(case_id)
    files: Sequence[Attached] = body_of(case).files
    attached = next((one for one in files if one.sha256 == sha256), None)
    if attached is None:
        message = sentence(
            "No file '{sha256}' was handed in with check '{case_id}'. Its files are listed with the check.",
            sha256=sha256[:100],
            case_id=case_id,
        )
        raise FormError(message)
    return Photo(case.borrower_id, attached, fetch(folder, sha256))
