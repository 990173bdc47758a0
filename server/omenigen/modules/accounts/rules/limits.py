"""How often somebody may knock: every number of accounts on one page, with its reason."""

from datetime import timedelta

from omenigen.modules.accounts.types import Limit

SIGN_IN_PAIR = Limit(bucket="sign-in.pair", rate=1 / 30, burst=8)
"""One login name from one address: eight typing mistakes, then one try in half a minute. Guessing a password of a
thousand candidates takes eight hours, and a stranger elsewhere cannot lock the owner out."""

SIGN_IN_NAME = Limit(bucket="sign-in.name", rate=1 / 6, burst=60)
"""One login name from anywhere: stops a botnet that spreads its guesses over addresses (600 an hour in all)."""

SIGN_IN_IP = Limit(bucket="sign-in.ip", rate=1.0, burst=60)
"""One address: a whole school behind one router may come in at nine o'clock; spraying one password over many
names is held to one a second."""

REGISTER_IP = Limit(bucket="register.ip", rate=1 / 60, burst=30)
"""One address: a class joins together, a script gets one account a minute."""

LETTERS_ADDRESS = Limit(bucket="letters.address", rate=1 / 300, burst=5)
"""One mailbox: nobody is flooded by our letters, whoever asks for them."""

LETTERS_IP = Limit(bucket="letters.ip", rate=1 / 30, burst=30)
"""One address asking for letters to many mailboxes."""

LINKS_IP = Limit(bucket="links.ip", rate=1.0, burst=60)
"""One address trying links: they hold 256 bits, so this only keeps the noise down."""

REFRESH_IP = Limit(bucket="refresh.ip", rate=10.0, burst=300)
"""One address renewing sessions: each person renews every ten minutes."""

PASSWORD_AGAIN = Limit(bucket="password.again", rate=1 / 30, burst=8)
"""A signed-in person who is asked for the password again: a borrowed open session must not find it by trying."""

EXPORT = Limit(bucket="export", rate=1 / 60, burst=5)
"""An export reads everything we keep about a person."""

CONFIRM_FOR = timedelta(days=3)
"""A confirmation link: over a weekend."""

PENDING_FOR = timedelta(days=7)
"""An unconfirmed account keeps its name this long."""

RESET_FOR = timedelta(hours=1)
"""A link that sets a password is as good as the password."""

EMAIL_FOR = timedelta(hours=24)
"""A link that moves an account to another address."""

SESSION_IDLE = timedelta(days=30)
"""A session that nobody renews ends by itself."""

SESSIONS_MAX = 50
"""Living sessions of one person; the longest unused ends when one more begins."""

ENDED_KEPT = timedelta(days=90)
"""Ended sessions are kept to tell a known device from a new one."""
