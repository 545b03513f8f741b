"""What follows an event: the settings `EVENT_JOBS` and `EVENT_STEPS`.

The tables name jobs and functions of apps above the one that records events, so they are passed
down to it. A step is run at the end of the event's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from orders.mails import MAIL_OF_EVENT

TO_STAFF = {
    "order.placed": "orders.emails.tell_staff",
    "stock.low": "inventory.emails.tell_staff",
}
# What makes an invoice or a credit note due.
EVENT_STEPS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "order.placed",
            "order.payment_paid",
            "order.payment_partially_refunded",
            "order.payment_refunded",
            "order.payment_pending",
            "fulfillment.created",
        ),
        ("orders.services.invoicing.issue_due",),
    ),
    "order.edited": (
        "orders.services.invoicing.correct_edited",
        "orders.services.invoicing.issue_due",
    ),
    "order.canceled": ("orders.services.invoicing.credit_canceled",),
}


def event_jobs(*, to_staff: bool) -> dict[str, tuple[str, ...]]:
    """Return the names of the jobs of each type of event; those of staff mails if they are on."""
    jobs: dict[str, tuple[str, ...]] = dict.fromkeys(MAIL_OF_EVENT, ("orders.emails.tell_buyer",))
    further = [(event, "invoices.tasks.render_issued") for event in EVENT_STEPS]
    for event, job in [*further, *(TO_STAFF.items() if to_staff else ())]:
        jobs[event] = (*jobs.get(event, ()), job)
    return jobs
