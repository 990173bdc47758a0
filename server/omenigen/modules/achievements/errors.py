"""Refusals of the achievements platform; codes of the public system (`user_service`, `event_service`) are kept."""

from omenigen.kit.errors import Conflict, FieldInvalid, Forbidden, Invalid, NotFound, TooMany, Unauthenticated


class EventNotFound(NotFound):
    """No such event for this caller. Names `event_id`."""

    code = "event_service.event_not_found"


class InvalidEventData(Invalid):
    """The type is unknown, or the details are not what it asks for. Names `details`."""

    code = "event_service.invalid_event_data"


class AchievementNotFound(NotFound):
    """No such achievement, or one that stays hidden until it is earned. Names `achievement`."""

    code = "achievement.not_found"


class TooFast(TooMany):
    """The key sends more events than its rate allows."""

    code = "achievement.too_fast"


class RateOfChange(TooMany):
    """One player cannot do this so often in an hour. Names `event_type` and `per_hour`."""

    code = "achievement.rate_of_change"


class KeyUnknown(Unauthenticated):
    """The API key is not one of ours."""

    code = "achievement.key_unknown"


class KeyRevoked(Unauthenticated):
    """The API key was revoked."""

    code = "achievement.key_revoked"


class KeyExpired(Unauthenticated):
    """The API key's time is over."""

    code = "achievement.key_expired"


class ScopeMissing(Forbidden):
    """The API key does not include this right. Names `scope`."""

    code = "achievement.scope_missing"


class TypeNotAllowed(Forbidden):
    """The API key may not send this event type. Names `event_type`."""

    code = "achievement.type_not_allowed"


class TrustTooLow(Forbidden):
    """The sender's word is not enough for this event type. Names `event_type` and `needed`."""

    code = "achievement.trust_too_low"


class SourceNotFound(NotFound):
    """No such game for this caller. Names `source_id`."""

    code = "achievement.source_not_found"


class SourceNameTaken(Conflict):
    """Another game has this name. Names `name`."""

    code = "achievement.source_name_taken"


class TooManySources(Conflict):
    """One player may connect only so many games. Names `limit`."""

    code = "achievement.too_many_sources"


class TooManyKeys(Conflict):
    """A game has two live keys at most, so that one can be changed for the other. Names `limit`."""

    code = "achievement.too_many_keys"


class KeyNotFound(NotFound):
    """The game has no such key. Names `key_id`."""

    code = "achievement.key_not_found"


class TypeTaken(Conflict):
    """The event type belongs to the platform or to another game. Names `event_type`."""

    code = "achievement.type_taken"


class LinkCodeInvalid(Invalid):
    """The link code is wrong, used, or older than ten minutes."""

    code = "achievement.link_code_invalid"


class CorrectionInvalid(Conflict):
    """The correction would leave less than nothing, or change nothing. Names `amount`."""

    code = "achievement.correction_invalid"


class BoardNotFound(NotFound):
    """There is no such board or window. Names `board`."""

    code = "achievement.board_not_found"


class FromFuture(FieldInvalid):
    """The event says that it happens more than five minutes from now. Names `field`."""

    code = "achievement.from_future"


class AmountTooBig(FieldInvalid):
    """One event of this type cannot be worth so much. Names `field` and `limit`."""

    code = "achievement.amount_too_big"


class EventIdsDiffer(FieldInvalid):
    """The body's `event_id` and the header `Idempotency-Key` name different events. Names `field`."""

    code = "achievement.event_ids_differ"


class SchemaUnsupported(FieldInvalid):
    """The details schema uses a word that we do not check. Names `field` and `word`."""

    code = "achievement.schema_unsupported"


class RuleIsNotLive(Conflict):
    """Only a rule that is live may reach into the past. Names `achievement` and `state`."""

    code = "achievement.rule_is_not_live"


class RuleFromPack(Conflict):
    """The text of a rule from a pack is changed in the pack. Names `achievement`."""

    code = "achievement.rule_from_pack"


class RuleTaken(Conflict):
    """There is a rule with this code already. Names `achievement`."""

    code = "achievement.rule_taken"


class RuleStays(Conflict):
    """A rule goes from draft to live to retired, and never back to a draft. Names `state` and `wanted`."""

    code = "achievement.rule_stays"


class DryRunNotFound(NotFound):
    """There is no such dry run for this caller. Names `dry_run_id`."""

    code = "achievement.dry_run_not_found"


class RuleOverForeignTypes(Invalid):
    """A game's rule may only speak of the game's own event types. Names `metric`."""

    code = "achievement.rule_over_foreign_types"
