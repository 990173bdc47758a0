"""Draw one picture anew, in a process of its own: bytes in on stdin, `ok <large> <small>` and both pictures out.

This file is run as a script, alone (`studio.py`): hostile bytes meet the decoder in a child that has little memory,
little time, and nothing else in its hands. It imports nothing of ours.
"""

import io
import resource
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEMORY_MAX = 1024 * 1024 * 1024


class Refused(Exception):
    """The picture is not taken; the message is the code."""


def redraw(content: bytes, *, pixels_max: int, sides: tuple[int, int]) -> list[bytes]:
    """Return the picture as square WebPs of two sizes: first frame, upright, without any metadata.

    Raises `Refused` with `media.type` or `media.too_complex`.
    """
    Image.MAX_IMAGE_PIXELS = pixels_max
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        # Only the formats named are tried: what a file is called, or else contains, does not matter.
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > pixels_max:
                raise Refused("media.too_complex")
            image.draft("RGB", (sides[0] * 2, sides[0] * 2))
            image.load()
            upright = ImageOps.exif_transpose(image)
            pixels = upright.convert("RGBA" if _is_transparent(upright) else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as error:
        raise Refused("media.too_complex") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise Refused("media.type") from error
    return [_encode(pixels, side) for side in sides]


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info


def _encode(pixels: Image.Image, side: int) -> bytes:
    square = ImageOps.fit(pixels, (side, side), Image.Resampling.LANCZOS)
    square.info.clear()
    file = io.BytesIO()
    square.save(file, "WEBP", quality=82, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()


def main() -> None:
    """Read, draw, write; the limits of this process are set before the first byte is looked at."""
    pixels_max, seconds, large, small = (int(argument) for argument in sys.argv[1:5])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        pictures = redraw(sys.stdin.buffer.read(), pixels_max=pixels_max, sides=(large, small))
    except Refused as refused:
        out.write(f"no {refused}\n".encode())
    else:
        out.write(f"ok {len(pictures[0])} {len(pictures[1])}\n".encode())
        out.write(b"".join(pictures))
    out.flush()


if __name__ == "__main__":
    main()
