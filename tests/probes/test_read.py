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
