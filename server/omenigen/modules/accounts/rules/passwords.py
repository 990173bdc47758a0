"""Which passwords are not worth hashing."""

from itertools import pairwise

from omenigen.modules.accounts.errors import PasswordWeak

PASSWORD_MIN = 8
PASSWORD_MAX = 128

_FIRST_GUESSES = """
    password password1 password12 password123 password1234 passw0rd p@ssw0rd pass1234 passpass 12345678 123456789
    1234567890 0123456789 987654321 9876543210 87654321 11111111 00000000 88888888 12121212 11223344 1q2w3e4r
    1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwer1234 qazwsxedc
    asdfghjk asdfghjkl asdf1234 zxcvbnm1 zxcvbnm123 abcd1234 abc12345 abcdefgh abcdefghi a1b2c3d4 aa123456 a12345678
    iloveyou iloveyou1 princess princess1 sunshine sunshine1 football football1 baseball superman batman123 starwars
    pokemon1 michael1 jennifer jordan23 trustno1 whatever dragon123 monkey123 letmein1 letmein123 welcome1 welcome123
    admin123 admin1234 administrator changeme changeme1 secret123 computer internet samsung1 mustang1 charlie1 master123
    shadow123 killer123 liverpool chelsea1 arsenal1 barcelona testtest test1234 test12345 guest123 user1234 root1234
    zaq12wsx zaq1zaq1 q1w2e3r4 q1w2e3r4t5 147258369 123123123 123321123 112233445566 123454321 999999999 666666666
    йцукенгш йцукенгшщз йцукен123 фывапрол ячсмитьб пароль123 пароль12 парольпароль любовь123 привет123 приветпривет
    наташа123 марина123 солнышко зайчонок qwertyйцукен gfhjkm123 ghbdtn123 gfhjkmgfhjkm ytrewq123 fylhtq123 vfhbyf123
"""
_COMMON = frozenset(_FIRST_GUESSES.split())


def ensure_password(password: str, *, username: str, email: str) -> None:
    """Demand a password that is not the first guess. Raises `PasswordWeak` with the `reason`."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordWeak(reason="length", min=PASSWORD_MIN, max=PASSWORD_MAX)
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4 or _is_run(folded):
        raise PasswordWeak(reason="common", min=PASSWORD_MIN, max=PASSWORD_MAX)
    if folded in {username.casefold(), email.casefold(), email.casefold().partition("@")[0]}:
        raise PasswordWeak(reason="yours", min=PASSWORD_MIN, max=PASSWORD_MAX)


def _is_run(text: str) -> bool:
    steps = {ord(right) - ord(left) for left, right in pairwise(text)}
    return steps in ({1}, {-1})
