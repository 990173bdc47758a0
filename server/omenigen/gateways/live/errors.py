"""What the live door refuses."""

from omenigen.kit.errors import Invalid, NotFound, TooMany, Unavailable


class BadFrame(Invalid):
    """A frame is not JSON, has an unknown op, a wrong type or a bad name."""

    code = "live.bad_frame"


class TooFast(TooMany):
    """A socket sends more than it may."""

    code = "live.too_fast"


class TooManyStreams(Invalid):
    """A socket follows 500 streams at most."""

    code = "live.too_many_streams"


class NotFollowing(NotFound):
    """Only who follows a stream may speak on it."""

    code = "live.not_following"


class UnknownWord(Invalid):
    """This kind of stream does not know this word, or not in this form."""

    code = "live.unknown_word"


class TooManySockets(TooMany):
    """This address holds as many sockets as it may."""

    code = "live.too_many_sockets"


class TicketsUnavailable(Unavailable):
    """Tickets cannot be checked now; a cookie or a bearer token works."""

    code = "live.tickets_unavailable"


class NoSuchDoor(NotFound):
    """There is no such door for this caller."""

    code = "live.no_such_door"
