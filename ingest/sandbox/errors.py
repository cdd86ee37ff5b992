"""Why a file could not be read: one sentence for people, one stable code for machines."""

from __future__ import annotations


class ParseError(Exception):
    """A file cannot be read as pages. It is kept byte for byte; `code` says why, the text says what to do."""

    code = "parse_failed"
    sentence = "This file could not be read; it is kept unchanged."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class EmptyFileError(ParseError):
    """The file has no bytes."""

    code = "file_empty"
    sentence = "This file is empty; scan or export it again."


class UnreadableKindError(ParseError):
    """The kind of file is kept but not read."""

    code = "kind_unreadable"
    sentence = "Files of this kind are kept byte for byte, but cannot be read yet; bring in a PDF or a picture as well."


class UnknownKindError(UnreadableKindError):
    """The content is of no kind that is known here."""

    code = "kind_unknown"
    sentence = (
        "The content of this file is of no known kind, whatever its name says; it is kept byte for byte, but cannot be "
        "read: open it elsewhere, or scan or export it again."
    )


class PasswordNeededError(ParseError):
    """The PDF opens only with a password."""

    code = "pdf_encrypted"
    sentence = "This PDF is locked with a password; give the password to have it read."


class UnsupportedLockError(ParseError):
    """The PDF is encrypted by a method that the reader does not know."""

    code = "pdf_lock_unsupported"
    sentence = "This PDF is locked by a method that is not supported; export it without protection."


class WrongPasswordError(ParseError):
    """The password given does not open the PDF."""

    code = "pdf_wrong_password"
    sentence = "This password does not open the PDF; check it and give it again."


class DamagedFileError(ParseError):
    """The content is broken."""

    code = "file_damaged"
    sentence = "This file is damaged and cannot be read; scan or export it again."


class DamagedPageError(DamagedFileError):
    """One page is broken; others may be whole."""

    code = "page_damaged"
    sentence = "This page is damaged and cannot be read; scan it again."


class PageTooLargeError(ParseError):
    """A page has more pixels, or needs more memory, than the reader allows."""

    code = "page_too_large"
    sentence = "This page is too large to be read safely; scan it at a lower resolution."


class TooManyPagesError(ParseError):
    """The file has more pages than the reader allows."""

    code = "too_many_pages"
    sentence = "This file has too many pages; split it and bring in the parts."


class NoSuchPageError(ParseError):
    """The page asked for does not exist."""

    code = "page_missing"
    sentence = "The file has no page of this number."


class UncopyableError(ParseError):
    """A picture is of a kind that no new file can hold without loss."""

    code = "page_uncopyable"
    sentence = "A picture of this document cannot be copied into a file of its own without loss; the original is kept."


class CopyDiffersError(ParseError):
    """A page of the copy is not the page of the original."""

    code = "copy_differs"
    sentence = "A page copied into a file of its own does not look like the original's; the copy was thrown away."


class ParserDiedError(ParseError):
    """The reading process ended, or answered nonsense, without an answer that can be used."""

    code = "parser_died"
    sentence = (
        "Reading this file made the reader stop; the file is kept, but is unusual or hostile: look at it elsewhere."
    )


class ParserTimeoutError(ParseError):
    """The reading process gave no answer in time."""

    code = "parser_timeout"
    sentence = "Reading this file took too long and was stopped; the file is kept: try again or export it anew."


class SandboxWeakError(ParseError):
    """The system cannot confine the reading process fully and nobody consented to that."""

    code = "sandbox_weak"
    sentence = (
        "This system cannot confine the reader fully, so files from outside are not read; "
        "use a newer Linux kernel or consent in the settings (sandbox_consent)."
    )


class OcrDiedError(ParseError):
    """The OCR process ended, or answered nonsense, at this picture."""

    code = "ocr_died"
    sentence = "The text reader stopped at this page; the page is kept and can be read again."


class OcrTimeoutError(OcrDiedError):
    """The OCR process gave no answer in time."""

    code = "ocr_timeout"
    sentence = "The text reader took too long for this page and was stopped; the page is kept and can be read again."


class OcrStartError(ParseError):
    """The OCR engine did not start in its confined process."""

    code = "ocr_start_failed"
    sentence = "The text reader did not start; run the doctor command to see what is missing."


ERRORS: dict[str, type[ParseError]] = {
    error.code: error
    for error in (
        PasswordNeededError, WrongPasswordError, UnsupportedLockError, DamagedFileError, DamagedPageError,
        PageTooLargeError, TooManyPagesError, NoSuchPageError, UncopyableError, CopyDiffersError,
    )
}  # fmt: skip
