"""The one builder of each shape in which a person is shown."""

from typing import Any

from omenigen.kit.auth import Role
from omenigen.kit.ids import SourceId, UserId
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.models import AccountRow
from omenigen.modules.accounts.types import AccountLine, AccountState, Card, PlayerRecord, Profile, avatar_url


def me_of(row: AccountRow) -> Profile:
    """Show a person themselves."""
    return Profile(
        id=UserId(row.id),
        username=row.username or "",
        email=row.email or "",
        email_confirmed=row.confirmed_at is not None,
        display_name=row.display_name,
        about=row.about,
        time_zone=row.time_zone,
        locale=Locale(row.locale),
        role=Role(row.role),
        avatar_url=avatar_url(row.avatar_key),
        created_at=row.created_at,
    )


def card_of(row: Any) -> Card:  # Any: a row of the table, whole or as columns
    """Show a person to others; one who left has no name any more."""
    return Card(
        id=UserId(row.id),
        username=row.username or f"gone-{row.id}",
        display_name=row.display_name,
        avatar_url=avatar_url(row.avatar_key),
    )


def record_of(row: Any) -> PlayerRecord:  # Any: a row of the table, whole or as columns
    """Show a player to the platform's public routes."""
    return PlayerRecord(
        id=UserId(row.id),
        username=row.username or f"gone-{row.id}",
        email=row.email,
        created_at=row.created_at,
        source_id=None if row.source_id is None else SourceId(row.source_id),
        state=AccountState(row.state),
        time_zone=row.time_zone,
    )


def line_of(row: AccountRow) -> AccountLine:
    """Show an account to the operator."""
    return AccountLine(
        id=UserId(row.id),
        username=row.username or "",
        email=row.email,
        role=Role(row.role),
        state=AccountState(row.state),
        suspended_at=row.suspended_at,
        suspended_reason=row.suspended_reason,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
