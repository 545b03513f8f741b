"""What guests have left joins the account of a user who proves to be them."""

from __future__ import annotations

from uuid import UUID

from accounts.personal_data import Guest, handlers_from_the_top
from core.db.transactions import transaction_required


@transaction_required
def join_guest_records(*, user_id: UUID, guest: Guest) -> None:
    """Give what a guest has bought to a user, who is locked and has proved to be that guest."""
    for handler in handlers_from_the_top():
        handler.join(guest, user_id)
