"""Kinds are told by content, whatever the name says."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.triage import READABLE, FileKind, identify


def archive(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for member in members:
            made.writestr(member, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "scan.pdf", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a", "png"),
        (b"II*\x00\x08\x00", "a.tif", "tiff"),
        (b"MM\x00*\x00\x00", "a.tif", "tiff"),
        (b"%PDF-1.7\n", "picture.jpg", "pdf"),
        (b"\x00" * 700 + b"%PDF-1.4", "a.pdf", "pdf"),
        (b"\xff\xd8\xff\xe1 %PDF-1.4", "polyglot.pdf", "jpeg"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "IMG_1.HEIC", "heic"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "a.zip", "ofd"),
        (archive("[Content_Types].xml", "word/document.xml"), "a", "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "a", "xlsx"),
        (archive("other"), "发票.OFD", "ofd"),
        (archive("other"), "a.zip", "unknown"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Invoice/>", "a", "xml"),
        ("<?xml version='1.0'?>".encode("utf-16"), "a", "xml"),
        (b"Received: from a\r\n by b\r\nFrom: x@example.org\r\nSubject: y\r\n\r\nhello", "a", "eml"),
        (b"Note: this is\nonly: text\n", "a.eml", "unknown"),
        (b"", "a.pdf", "unknown"),
        (b"MZ\x90\x00", "scan.jpg", "unknown"),
    ],
)
def test_kinds(head, name, kind):
    assert identify(head, name) == FileKind(kind)


@given(st.binary(max_size=300), st.text(max_size=20))
def test_every_head_has_a_kind(head, name):
    assert identify(head, name) in FileKind


def test_pictures_and_pdf_are_readable():
    assert {FileKind.JPEG, FileKind.PNG, FileKind.TIFF, FileKind.PDF} == READABLE
