import hashlib
import struct
import zlib

import pytest

from ews.casework.checks.evidence import MOST_BYTES, fetch, keep, media_type
from ews.domain.errors import FormError, TamperedError


def chunk(name, content=b""):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"pixels") + chunk(b"IEND")
JPEG = b"\xff\xd8\xff\xe0" + b"JFIF" + b"\xff\xda" + b"pixels" + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf")],
    ids=["png", "jpeg", "pdf"],
)
def test_a_file_is_kept_by_its_content_and_read_back(tmp_path, content, kind):
    kept = keep(tmp_path, content)
    assert (kept.sha256, kept.media_type, kept.size) == (hashlib.sha256(content).hexdigest(), kind, len(content))
    assert fetch(tmp_path, kept.sha256) == content
    assert keep(tmp_path, content) == kept
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept.sha256]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"MZ\x90\x00 a program", "it is no PNG, JPEG or PDF"),
        (b"<svg onload='alert(1)'/>", "it is no PNG, JPEG or PDF"),
        (b" %PDF-1.7 %%EOF", "it is no PNG, JPEG or PDF"),
        (PNG[:-4], "begins like image/png but is cut short"),
        (PNG.replace(b"pixels", b"pixelt"), "begins like image/png but is cut short or damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT") + chunk(b"IEND"), "begins like image/png"),
        (JPEG[:-2], "begins like image/jpeg but is cut short"),
        (PDF[:-6], "begins like application/pdf but is cut short"),
        (PDF + bytes(MOST_BYTES), "more than 20,000,000"),
    ],
)
def test_other_files_are_refused_and_nothing_is_kept(tmp_path, content, message):
    with pytest.raises(FormError, match=message):
        keep(tmp_path, content)
    assert list(tmp_path.iterdir()) == []


def test_the_largest_file_is_taken():
    padded = PDF[:-6] + bytes(MOST_BYTES - len(PDF)) + PDF[-6:]
    assert (len(padded), media_type(padded)) == (MOST_BYTES, "application/pdf")


def test_a_stop_while_writing_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr("ews.casework.checks.evidence.os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path, PNG)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_was_changed_on_disk_is_told(tmp_path):
    kept = keep(tmp_path, PNG)
    (tmp_path / kept.sha256[:2] / kept.sha256).write_bytes(JPEG)
    with pytest.raises(TamperedError, match=r"is no longer what was kept. Restore the file from a backup."):
        fetch(tmp_path, kept.sha256)


@pytest.mark.parametrize("name", ["a" * 64, "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_what_was_never_kept_or_names_no_evidence_is_refused(tmp_path, name):
    with pytest.raises(FormError, match=r"There is no evidence|is no name of evidence"):
        fetch(tmp_path, name)
