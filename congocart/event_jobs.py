"""Which jobs follow an event: the setting `EVENT_JOBS`.

The table names jobs of apps above the one that records events, so it is passed down to it.
"""

from __future__ import annotations

from orders.mails import MAIL_OF_EVENT

TO_STAFF = {
    "order.placed": "orders.emails.tell_staff",
    "stock.low": "inventory.emails.tell_staff",
}


def event_jobs(*, to_staff: bool) -> dict[str, tuple[str, ...]]:
    """Return the names of the jobs of each type of event; those of staff mails if they are on."""
    jobs: dict[str, tuple[str, ...]] = dict.fromkeys(MAIL_OF_EVENT, ("orders.emails.tell_buyer",))
    for event, job in TO_STAFF.items() if to_staff else ():
        jobs[event] = (*jobs.get(event, ()), job)
    return jobs
