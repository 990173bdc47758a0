"""Names: which are honest, which are one and the same, and which look alike.

The skeleton follows the idea of Unicode TR 39 (confusables): two names with one skeleton look the same to a hasty
reader, whichever alphabets they come from. The table holds the alphabets our players write: Latin, Cyrillic, Greek,
Armenian look-alikes, and digits.
"""

import unicodedata

import email_validator

from omenigen.modules.accounts.errors import EmailInvalid, UsernameInvalid
from omenigen.modules.accounts.types import Username

USERNAME_MIN = 3
USERNAME_MAX = 32
EMAIL_MAX = 254

_JOINTS = frozenset("_-.")
_MARKS_IN_A_ROW = 2

_LOOKS_LIKE = str.maketrans(
    {
        # Cyrillic
        "а": "a", "в": "b", "ь": "b", "г": "r", "е": "e", "ѐ": "e", "ё": "e", "є": "e", "з": "3", "ӡ": "3", "і": "i",
        "ї": "i", "ӏ": "l", "ј": "j", "к": "k", "м": "m", "н": "h", "һ": "h", "о": "o", "п": "n", "р": "p", "с": "c",
        "т": "t", "у": "y", "ү": "y", "ӯ": "y", "х": "x", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ѵ": "v", "ԍ": "g",
        # Greek
        "α": "a", "β": "b", "ϐ": "b", "γ": "y", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v", "ο": "o",
        "ρ": "p", "ϱ": "p", "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϲ": "c", "ϳ": "j",
        # Armenian and Latin that pose as others
        "օ": "o", "ս": "u", "ո": "n", "հ": "h", "ց": "g", "զ": "q", "ı": "i", "ɩ": "i", "ɑ": "a", "ɡ": "g", "ø": "o",
        "đ": "d", "ħ": "h", "ł": "l", "ŧ": "t", "ß": "b", "æ": "ae", "œ": "oe", "ƅ": "b", "ɴ": "n", "ᴏ": "o", "ʀ": "r",
        # digits
        "0": "o", "1": "l",
        # joints between words are easily mixed up
        "-": "_", ".": "_",
    }
)  # fmt: skip
_CAPITALS = str.maketrans({"I": "l", "І": "l", "Ι": "l", "Ӏ": "l", "|": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"))
_KEPT_APART = "й"  # и and й are two letters to everybody who reads them

_RESERVED = (
    "admin", "administrator", "moderator", "operator", "support", "system", "omenigen", "root", "security", "staff",
    "official", "anonymous", "deleted", "everyone", "nobody", "null", "undefined", "api", "оменген", "администратор",
    "админ", "модератор", "оператор", "поддержка", "система", "помощь",
)  # fmt: skip

# Communities live on private networks too: their own mail domains are real there.
for _domain in ("local", "localhost", "test"):
    if _domain in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_domain)


def decide_username(text: str) -> Username:
    """Return a name in its three forms. Raises `UsernameInvalid` with the `reason`: length, characters or start."""
    shown = unicodedata.normalize("NFKC", text.strip())
    if not USERNAME_MIN <= len(shown) <= USERNAME_MAX:
        raise _invalid("length")
    marks = 0
    for char in shown:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind in {"Mn", "Mc"} else 0
        if not (kind[0] == "L" or kind == "Nd" or char in _JOINTS or 0 < marks <= _MARKS_IN_A_ROW) or _is_blank(char):
            raise _invalid("characters")
    if not (shown[0].isalnum() and shown[-1] not in _JOINTS):
        raise _invalid("start")
    key = unicodedata.normalize("NFKC", shown.casefold())
    return Username(shown=shown, key=key, skeleton=skeleton(shown))


def skeleton(name: str) -> str:
    """Return what a hasty eye sees of a name: equal for names that look alike."""
    parts = unicodedata.normalize("NFD", name.translate(_CAPITALS).casefold().replace(_KEPT_APART, "\ue000"))
    bare = "".join(char for char in parts if unicodedata.category(char) != "Mn").translate(_LOOKS_LIKE)
    for pair, one in _PAIRS:
        bare = bare.replace(pair, one)
    return bare.replace("\ue000", _KEPT_APART)


def is_reserved(name: Username) -> bool:
    """Tell whether a name speaks for the house."""
    return not _RESERVED_SKELETONS.isdisjoint({name.skeleton, skeleton(name.key)})


def decide_email(text: str) -> str:
    """Return an address as we keep it: lower case, its domain in ASCII. Raises `EmailInvalid`."""
    try:
        checked = email_validator.validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError as error:
        raise EmailInvalid(email=text[:EMAIL_MAX]) from error
    address = (checked.ascii_email or "").lower()
    domain = address.rpartition("@")[2]
    if not address or len(address) > EMAIL_MAX or ("." not in domain and domain != "localhost"):
        raise EmailInvalid(email=text[:EMAIL_MAX])
    return address


def login_key(login: str) -> str:
    """Return the one form of what somebody types to sign in, be it a name or an address."""
    if "@" in login:
        try:
            return decide_email(login)
        except EmailInvalid:
            pass
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login.strip()).casefold())


def _invalid(reason: str) -> UsernameInvalid:
    return UsernameInvalid(reason=reason, min=USERNAME_MIN, max=USERNAME_MAX)


def _is_blank(char: str) -> bool:
    # Letters by their category, and yet nothing to see: the Hangul fillers and their kin.
    return char in "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5"


_RESERVED_SKELETONS = frozenset(skeleton(name) for name in _RESERVED)
