"""Pages of long lists: an opaque cursor that says where the next page starts."""

import base64
import binascii

from omenigen.kit.errors import BadCursor


def cursor(*parts: int | str) -> str:
    """Pack the sort key of the last row shown into a cursor."""
    return base64.urlsafe_b64encode("\x1f".join(str(part) for part in parts).encode()).decode().rstrip("=")


def parts_of(text: str, count: int) -> list[str]:
    """Unpack a cursor of `count` parts. Raises `BadCursor`."""
    try:
        parts = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode().split("\x1f")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise BadCursor from error
    if len(parts) != count:
        raise BadCursor
    return parts


def id_of(text: str) -> int:
    """Unpack a cursor that holds one bigint. Raises `BadCursor`."""
    (part,) = parts_of(text, 1)
    if not part.isascii() or not part.isdigit() or len(part) > 19 or int(part) >= 2**63:
        raise BadCursor
    return int(part)
