"""Close codes of protocol 1, and what each asks of the client."""

from enum import IntEnum


class Close(IntEnum):
    """Why a socket was closed; the names travel as reasons."""

    LEFT = 1000
    """The client went by itself."""
    TOO_BIG = 1009
    """A frame above 64 KB: log, reconnect once."""
    RESTART = 1012
    """This node restarts: wait as long as `bye` said."""
    BAD_FRAMES = 4400
    """A third unreadable frame within a minute: stop."""
    SESSION_ENDED = 4401
    """Not signed in any more: refresh once, else sign in."""
    BANNED = 4403
    """Stop, and say so."""
    TOO_SLOW = 4408
    """More waited than may: reconnect and resume."""
    REPLACED = 4409
    """An eleventh socket of the same user, or a lost lease: stop until used again."""
    TOO_OLD = 4410
    """The protocol is gone: update and reload."""
    SILENT = 4411
    """Nothing was heard for a minute: reconnect."""
    FLOOD = 4429
    """Too fast three times: wait a minute."""
    AWAY = 4503
    """The database is away at hello: back off."""
