"""How media says no."""

from omenigen.kit.errors import BodyTooLarge, Invalid, NotFound


class PictureEmpty(Invalid):
    """The file has no bytes."""

    code = "media.empty"


class PictureTooBig(BodyTooLarge):
    """The file has more bytes than a picture may."""

    code = "media.too_big"


class PictureTypeUnknown(Invalid):
    """The bytes are not a whole JPEG, PNG, WebP or GIF picture, whatever the file is called."""

    code = "media.type"


class PictureTooComplex(Invalid):
    """The picture has too many pixels, or takes too long or too much memory to draw."""

    code = "media.too_complex"


class MediaNotFound(NotFound):
    """There is no such file."""

    code = "media.not_found"
