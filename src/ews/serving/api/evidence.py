"""Evidence: photos and scans handed in with a check, and read back by whoever may see it."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import BaseModel, Field

from ews.casework.checks import attachments
from ews.casework.checks.evidence import KINDS, MOST_BYTES
from ews.domain.errors import SettingsError
from ews.serving.api.act_requests import ACT_PROBLEMS, answer
from ews.serving.api.check_out import EXAMPLE, CheckOut
from ews.serving.api.faults import CASE_ID
from ews.serving.api.parameters import Lang, languages
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.services import Services, ServicesDep

router = APIRouter(tags=["checks"])

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_LARGEST_VERSION = 2**31 - 1
_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The bytes of the file, at most {MOST_BYTES:,}; what it is is told by its content",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
    }
}

CaseId = Annotated[
    str,
    Query(description="The check that it belongs to", max_length=20, pattern=CASE_ID, examples=["C0000001"]),
]


class EvidenceOut(BaseModel):
    """A file that was handed in."""

    sha256: str = Field(description="What a field of unit file is answered with", examples=[_HASH])
    media_type: str = Field(description="What it is by its content", examples=["image/jpeg"])
    size: int = Field(description="Bytes", examples=[1800000])
    check: CheckOut = Field(description="The check as it is now, with its new version")


async def _content(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/v1/evidence",
    summary="Hand in a photo or a scan",
    openapi_extra=_BODY,
    responses={
        **answer({"sha256": _HASH, "media_type": "image/jpeg", "size": 1800000, "check": EXAMPLE}),
        **problems("bad-form", "bad-settings", *ACT_PROBLEMS),
    },
)
def hand_in(
    content: Annotated[bytes, Depends(_content)],
    case_id: CaseId,
    version: Annotated[int, Query(description="The version of the check that was read", ge=1, le=_LARGEST_VERSION)],
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> EvidenceOut:
    """Keep a PNG, a JPEG or a PDF with one's own draft; a field of unit file is then answered with its SHA-256."""
    case, kept = attachments.attach(
        services.desk, _folder(services), actor, case_id, content, version=version, request_id=request_id
    )
    return EvidenceOut(
        sha256=kept.sha256,
        media_type=kept.media_type,
        size=kept.size,
        check=CheckOut.of(case, services.desk, languages(lang)),
    )


@router.get(
    "/v1/evidence/{sha256}",
    summary="Read a photo or a scan",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes, as an attachment",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
        },
        **problems(
            "unauthenticated",
            "forbidden",
            "unknown-parameter",
            "unknown-case",
            "invalid-request",
            "bad-form",
            "tampered",
            "bad-settings",
            "log-unavailable",
            "store-unavailable",
        ),
    },
)
def read_evidence(
    sha256: Annotated[str, InPath(description="As it was handed in", pattern=r"^[0-9a-f]{64}$", examples=[_HASH])],
    case_id: CaseId,
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
) -> Response:
    """Return a file of a check; whoever may not see the check is told as if there were none."""
    photo = attachments.read_attached(services.desk, _folder(services), actor, case_id, sha256)
    told([] if photo.borrower_id is None else [photo.borrower_id])
    kind = photo.attached.media_type
    headers = {
        "content-disposition": f'attachment; filename="{case_id}-{sha256[:12]}.{KINDS[kind]}"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
    }
    return Response(photo.content, media_type=kind, headers=headers)


def _folder(services: Services) -> Path:
    if services.evidence is None:
        message = "The service has no folder for evidence. Give it one in the settings, then send the file again."
        raise SettingsError(message)
    return services.evidence
