"""What a file is by its first bytes, for what Pillow cannot read: a reason that names the kind and the next move."""

from __future__ import annotations

HEAD = 512  # bytes that decide

_STARTS = (
    (b"version https://git-lfs", "a pointer of Git LFS; run `git lfs pull`"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image; convert it to PNG or JPEG"),
    (b"\xff\x0a", "a JPEG XL image; convert it to PNG or JPEG"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive; unpack it"),
    (b"\x1f\x8b", "a gzip file; unpack it"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array; save it as PNG"),
    (b"PAR1", "a Parquet file; name it as parquet:FILE"),
    (b"SIMPLE  =", "a FITS image; save it as PNG or TIFF"),
    (b"II*\0", "a TIFF of a kind that Pillow cannot read, such as a camera's raw file; convert it to PNG or JPEG"),
    (b"MM\0*", "a TIFF of a kind that Pillow cannot read, such as a camera's raw file; convert it to PNG or JPEG"),
    (b"II+\0", "a BigTIFF that Pillow cannot read; convert it to PNG"),
    (b"8BPS", "a Photoshop document that Pillow cannot read; save it as PNG"),
)
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_MARKUP = ((b"<svg", "an SVG drawing; draw it as PNG"), (b"<!doctype html", "a web page"), (b"<html", "a web page"))


def kind_of(head: bytes) -> str | None:
    """The kind of a file that Pillow does not read, by its first bytes; None where they do not tell."""
    if head[4:8] == b"ftyp":
        is_heic = head[8:12] in _HEIC
        return "a HEIC photograph; convert it to JPEG" if is_heic else _video(head)
    if head[128:132] == b"DICM":
        return "a DICOM image; save it as PNG"
    for start, words in _STARTS:
        if head.startswith(start):
            return words
    return _text(head)


def _video(head: bytes) -> str | None:
    """AVIF has the same container as films; Pillow reads it."""
    return None if head[8:12] in (b"avif", b"avis") else "a film"


def _text(head: bytes) -> str | None:
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:400].lower()
    for start, words in _MARKUP:
        if plain.startswith(start) or (plain.startswith((b"<?xml", b"<!--")) and start in plain):
            return words
    return "a text" if plain and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) >= HEAD  # a sign that the end of the head cuts
    return True
