"""Pictures drawn anew: what is taken, what is refused, and that nothing hides in what comes out."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from omenigen.kit.errors import Refusal, Unavailable
from omenigen.modules.media import rules
from omenigen.modules.media.errors import (
    PictureEmpty,
    PictureTooBig,
    PictureTooComplex,
    PictureTypeUnknown,
)
from omenigen.modules.media.service import studio as studios
from omenigen.modules.media.service.studio import AT_ONCE, WAITING_MAX, Studio

SCRIPT = b"<script>alert(1)</script>"


def picture(form: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> bytes:
    """Draw a picture of a form; left half red, right half blue."""
    image = Image.new(mode, size, "red" if mode != "P" else 1)
    if mode != "P":
        image.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """Make a PNG of a few bytes that unpacks into many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\0" * min(height * (width // 8 + 1), 60_000_000), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "LA", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("GIF", "P", {}),
    ],
)
async def test_a_picture_becomes_two_square_webps(form: str, mode: str, options: dict[str, object]) -> None:
    colours = "white" if mode in {"1", "L", "LA", "CMYK"} else "red"
    content = io.BytesIO()
    Image.new(mode, (300, 200), 1 if mode == "P" else colours).save(content, form, **options)
    drawn = await Studio().redraw(content.getvalue())
    for side, result in ((512, drawn.large), (128, drawn.small)):
        with Image.open(io.BytesIO(result)) as image:
            assert (image.format, image.size) == ("WEBP", (side, side))


async def test_what_lay_beside_the_pixels_is_gone_and_the_picture_stands_upright() -> None:
    image = Image.new("RGB", (200, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: what was left is on top
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[2] = (55.0, 45.0, 7.0)  # where the photo was taken
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, icc_profile=b"SecretProfile" * 20, comment=SCRIPT, quality=95)
    content = file.getvalue()
    assert b"SecretPhone" in content and b"SecretProfile" in content and SCRIPT in content
    drawn = await Studio().redraw(content)
    for result in (drawn.large, drawn.small):
        for secret in (b"Secret", b"EXIF", b"Exif", b"ICCP", b"XMP", b"script"):
            assert secret not in result
        with Image.open(io.BytesIO(result)) as shown:
            assert not shown.getexif()
            middle, end = shown.width // 2, shown.height - 2
            assert shown.convert("RGB").getpixel((middle, 1)) > (200, 0, 0)
            red, _, blue = shown.convert("RGB").getpixel((middle, end))  # type: ignore[misc] # three bands
            assert blue > 200 > red


async def test_a_picture_that_is_also_something_else_is_only_a_picture_afterwards() -> None:
    for tail in (SCRIPT, b"PK\x03\x04" + b"evil.jar" * 10, b"%PDF-1.4 evil"):
        drawn = await Studio().redraw(picture("GIF") + tail)
        assert tail not in drawn.large and tail not in drawn.small


async def test_of_a_film_the_first_picture_stays() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    drawn = await Studio().redraw(file.getvalue())
    with Image.open(io.BytesIO(drawn.large)) as image:
        assert getattr(image, "n_frames", 1) == 1
        red, green, blue = image.convert("RGB").getpixel((9, 9))  # type: ignore[misc] # three bands
        assert red > 200 > max(green, blue)


REFUSED: list[tuple[str, Callable[[], bytes], type[Refusal]]] = [
    ("text", lambda: b"I am a picture, honestly", PictureTypeUnknown),
    ("svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', PictureTypeUnknown),
    ("html", lambda: b"<!doctype html>" + SCRIPT, PictureTypeUnknown),
    ("pdf", lambda: b"%PDF-1.7\n%\xe2\xe3", PictureTypeUnknown),
    ("zip", lambda: b"PK\x03\x04" + b"\0" * 100, PictureTypeUnknown),
    ("eps", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", PictureTypeUnknown),
    ("tiff", lambda: picture("TIFF"), PictureTypeUnknown),
    ("bmp", lambda: picture("BMP"), PictureTypeUnknown),
    ("ico", lambda: picture("ICO", (32, 32)), PictureTypeUnknown),
    ("a head only", lambda: picture("PNG")[:20], PictureTypeUnknown),
    ("cut in two", lambda: picture("JPEG", (800, 800))[: len(picture("JPEG", (800, 800))) // 2], PictureTypeUnknown),
    ("noise", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, PictureTypeUnknown),
    ("41 million pixels", lambda: png_that_claims(8200, 5000), PictureTooComplex),
    ("a bomb of 900 million", lambda: png_that_claims(30_000, 30_000), PictureTooComplex),
    ("a bomb of 2^31", lambda: png_that_claims(2**31 - 1, 2**31 - 1), PictureTooComplex),
]


@pytest.mark.parametrize(("content", "refusal"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_what_is_no_picture_for_us(content: Callable[[], bytes], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        await Studio().redraw(content())


@pytest.mark.parametrize(
    ("size", "refusal"),
    [(0, PictureEmpty), (rules.AVATAR_BYTES + 1, PictureTooBig), (1, None), (rules.AVATAR_BYTES, None)],
)
def test_the_bounds_of_an_upload(size: int, refusal: type[Refusal] | None) -> None:
    if refusal is None:
        rules.ensure_avatar_size(size)
        return
    with pytest.raises(refusal):
        rules.ensure_avatar_size(size)


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(rules, "SECONDS_MAX", 0.01)
    with pytest.raises(PictureTooComplex):
        await Studio().redraw(picture())


def test_a_child_has_little_memory() -> None:
    asks_for_two_gigabytes = (
        "import runpy, sys; sys.argv = ['redraw', '1', '5', '9', '9'];"
        f"space = runpy.run_path({str(studios._SCRIPT)!r});"
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (space['MEMORY_MAX'], space['MEMORY_MAX']));"
        "bytearray(2 << 30)"
    )
    done = subprocess.run([sys.executable, "-c", asks_for_two_gigabytes], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


async def test_a_full_studio_says_come_back() -> None:
    studio = Studio()
    studio._waiting = AT_ONCE + WAITING_MAX
    with pytest.raises(Unavailable):
        await studio.redraw(picture())


@pytest.mark.parametrize(
    "text", ["", "a" * 21, "a" * 23, "../../../../etc/passw", "a" * 22 + "\n", "ключ" * 6, "a" * 21 + "/"]
)
def test_what_cannot_name_a_file(text: str) -> None:
    assert not rules.is_key(text)
