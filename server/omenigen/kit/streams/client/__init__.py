"""The Python client of live updates: what gateways, tests and the simulation follow streams with."""

from omenigen.kit.streams.client.commands import Accepted, Command, Refused, Undelivered
from omenigen.kit.streams.client.following import LiveClient
from omenigen.kit.streams.client.lines import Dial, Line, LineClosed, WebDial
from omenigen.kit.streams.client.replica import Replica

__all__ = [
    "Accepted",
    "Command",
    "Dial",
    "Line",
    "LineClosed",
    "LiveClient",
    "Refused",
    "Replica",
    "Undelivered",
    "WebDial",
]
