"""Every odd or broken image is read right, or refused with a reason; nothing else ever comes out."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from atlas.probes.read import MOST_PIXELS, UnreadableImageError, read_image
from tests.probes.pictures import encoded, noise

RED = (220, 20, 20)


def pixels(data: bytes) -> np.ndarray:
    image = read_image(data, "here")
    assert image.mode == "RGB"
    return np.asarray(image).astype(int)


def close(found: np.ndarray, wanted: tuple[int, int, int], within: int = 12) -> bool:
    return bool(np.abs(found - np.array(wanted)).max() <= within)


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "WEBP", "JPEG"])
def test_common_formats(form):
    options = {"lossless": True} if form == "WEBP" else {}
    found = pixels(encoded(noise(), form, **options))
    assert found.shape == (30, 40, 3)
    assert close(found[10, 5], RED)


def test_cmyk_becomes_its_colours():
    found = pixels(encoded(Image.new("RGB", (20, 20), RED).convert("CMYK"), "JPEG", quality=95))
    assert close(found[10, 10], RED, 16)


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_has_three_equal_bands(mode):
    found = pixels(encoded(noise().convert(mode), "PNG"))
    assert (found[..., 0] == found[..., 1]).all()
    assert (found[..., 1] == found[..., 2]).all()
    assert found.std() > 10


def test_sixteen_bits_are_scaled_not_clipped():
    ramp = np.linspace(0, 65535, 32 * 16).reshape(16, 32).astype(np.uint16)
    found = pixels(encoded(Image.fromarray(ramp), "PNG"))[..., 0]
    assert np.abs(found - ramp / 257).max() <= 1


def test_transparency_shows_white():
    image = noise().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert (pixels(encoded(image, "PNG")) == 255).all()


def test_palette_with_transparent_entry_shows_white_there():
    image = Image.new("P", (16, 16), 0)
    image.putpalette([0, 0, 0, *RED])
    image.paste(1, (0, 0, 8, 16))
    found = pixels(encoded(image, "PNG", transparency=0))
    assert close(found[8, 2], RED, 0)
    assert close(found[8, 12], (255, 255, 255), 0)


@pytest.mark.parametrize(
    ("orientation", "red_at"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom"), (2, "right")]
)
def test_exif_orientation_is_applied(orientation, red_at):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = pixels(encoded(noise(), "JPEG", exif=exif, quality=95))
    assert found.shape[:2] == ((40, 30) if orientation in (6, 8) else (30, 40))
    place = {"left": (15, 3), "right": (15, -4), "top": (3, 15), "bottom": (-4, 15)}[red_at]
    assert close(found[place], RED, 20)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animation_shows_its_first_frame(form):
    second = Image.new("RGB", (40, 30), (0, 0, 255))
    found = pixels(encoded(noise(), form, save_all=True, append_images=[second, second]))
    assert close(found[15, 5], RED, 20)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_truncated_files_are_refused(form):
    data = encoded(noise(200, 200), form)
    with pytest.raises(UnreadableImageError, match="cannot be decoded") as caught:
        read_image(data[: len(data) // 2], "half.file")
    assert caught.value.place == "half.file"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_bombs_are_refused_before_they_are_decoded(side):
    with pytest.raises(UnreadableImageError, match=f"{MOST_PIXELS:,}"):
        read_image(bomb(side, side), "bomb.png")


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 7)])
def test_tiny_sides_are_refused(size):
    with pytest.raises(UnreadableImageError, match="at least 8"):
        read_image(encoded(Image.new("RGB", size), "PNG"), "dot.png")


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "an empty file"), (b"GIF89a", "."), (b"just text, no picture", "not an image"), (b"\xff\xd8\xff", ".")],
)
def test_what_is_no_image(data, reason):
    with pytest.raises(UnreadableImageError, match=reason):
        read_image(data, "thing")


FILES = [encoded(noise(seed=1), form) for form in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_damaged_bytes_give_an_image_or_a_reason(data, draw):
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 8))):
        damaged[draw.draw(st.integers(0, len(damaged) - 1))] = draw.draw(st.integers(0, 255))
    try:
        image = read_image(bytes(damaged), "damaged")
    except UnreadableImageError as error:
        assert error.reason
    else:
        assert image.mode == "RGB"
        assert min(image.size) >= 8


GREY = np.asarray(noise(96, 96).convert("L"))


def grey_file(values: np.ndarray, form: str = "TIFF") -> bytes:
    return encoded(Image.fromarray(values), form)


@pytest.mark.parametrize(
    ("values", "within"),
    [
        (GREY.astype(np.float32) / 255, 1),
        (GREY.astype(np.float32), 1),
        (GREY.astype(np.float32) / 127.5 - 1, 1),
        (GREY.astype(np.uint16) << 4, 1),  # 12 bits
        (GREY.astype(np.uint16) << 2, 1),  # 10 bits
        (GREY.astype(np.uint16) * 257, 1),
        (GREY.astype(np.int32) * 65536, 1),
    ],
)
def test_grey_of_any_depth_keeps_its_brightness(values, within):
    found = pixels(grey_file(values))[..., 0]
    assert np.abs(found - GREY.astype(int)).max() <= within


def test_other_grey_is_scaled_by_its_own_range():
    found = pixels(grey_file(GREY.astype(np.float32) * 40 - 3000))[..., 0]
    wanted = (GREY.astype(float) - GREY.min()) / (GREY.max() - GREY.min()) * 255
    assert np.abs(found - wanted).max() <= 1
    assert pixels(grey_file(np.full((9, 9), 1e9, np.float32))).std() == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    values = np.where(GREY > 200, bad, GREY).astype(np.float32)
    with pytest.raises(UnreadableImageError, match="not finite"):
        read_image(grey_file(values), "holes.tif")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), "HEIC photograph; convert"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(400), "JPEG XL"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg/>', "SVG"),
        (b"II*\0\x08\0\0\0\0\0\0\0\0\0" + bytes(400), "camera's raw file"),
        (bytes(128) + b"DICM" + bytes(400), "DICOM"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "git lfs pull"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "a film"),
        ("Grüße, ein Text".encode(), "a text"),
        (bytes(range(1, 200)), "not an image"),
    ],
)
def test_what_pillow_cannot_read_is_named_by_its_first_bytes(head, words):
    with pytest.raises(UnreadableImageError, match=words):
        read_image(head, "thing")
