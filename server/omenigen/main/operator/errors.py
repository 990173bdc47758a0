"""Refusals of the operator's desk."""

from omenigen.kit.errors import NotFound


class DeadLetterNotFound(NotFound):
    """There is no such dead letter: replayed or discarded already, or past its 90 days."""

    code = "operator.dead_letter_not_found"
