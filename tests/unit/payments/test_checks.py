from __future__ import annotations

from datetime import timedelta

import pytest

from payments.checks import check_settings


def found(settings, **values: object) -> list[str]:
    for name, value in values.items():
        setattr(settings, name, value)
    return [problem.id for problem in check_settings()]


def test_the_defaults_fit_together(settings):
    assert found(settings) == []


STRIPE = {
    "PAYMENT_PROVIDERS": ["stripe"],
    "STRIPE_SECRET_KEY": "sk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        (STRIPE, []),
        ({"PAYMENT_PROVIDERS": ["manual", "barter"]}, ["payments.E001"]),
        ({"PAYMENT_CAPTURE": "offline"}, ["payments.E002"]),
        (STRIPE | {"STRIPE_WEBHOOK_SECRET": ""}, ["payments.E003"]),
        (STRIPE | {"PAYMENT_GRACE": timedelta(seconds=26)}, ["payments.E004"]),
        (STRIPE | {"STRIPE_TIMEOUT_SECONDS": 12}, ["payments.E004"]),
    ],
)
def test_what_does_not_fit_together_is_named(settings, values, ids):
    assert found(settings, **values) == ids
