from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from congocart import environment
from congocart.environment import Environment
from congocart.production import contradictory_settings
from payments.domain import Capture
from payments.providers import KNOWN_PROVIDERS


def faults(read: Callable[[Environment], object], **variables: str) -> list[str]:
    env = Environment(variables)
    read(env)
    return env.faults


@pytest.mark.parametrize("text", ["0", "-1", "4.5", "four", "", " 4", "4e1", "٤", "1" * 30])
def test_a_number_below_one_or_none_at_all_is_refused(text: str) -> None:
    (fault,) = faults(lambda env: env.int("N", 4), N=text)
    assert fault == f"N is {text!r}; it has to be a whole number from 1."


def test_zero_is_taken_where_it_is_the_default() -> None:
    env = Environment({"N": "0", "M": "-1"})
    assert (env.int("N", 0), env.int("M", 0)) == (0, 0)
    assert env.faults == ["M is '-1'; it has to be a whole number from 0."]


@pytest.mark.parametrize("text", ["sk_live_51Hx", "rk_live_51Hx", "pk_", "PK_live_51Hx", "pk_a b"])
def test_only_the_key_that_is_no_secret_is_published_and_no_other_is_repeated(text: str) -> None:
    (fault,) = faults(lambda env: env.parsed("K", "", environment.publishable_key), K=text)
    assert fault == "K is not a publishable key of Stripe, which begins with pk_."
    assert environment.publishable_key("pk_test_51Hx") == "pk_test_51Hx"


@pytest.mark.parametrize(("text", "taken"), [("36500", True), ("36501", False), ("0", False)])
def test_days_stay_within_the_calendar(text: str, taken: bool) -> None:
    assert (faults(lambda env: env.days("N", 30), N=text) == []) is taken


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "inf", "nan", "1e3", "", "ten", "99999999"])
def test_seconds_are_above_zero(text: str) -> None:
    assert faults(lambda env: env.float("N", 1.0), N=text)


@pytest.mark.parametrize(("text", "value"), [("ON", True), ("0", False), ("no", False)])
def test_words_of_a_switch(text: str, value: bool) -> None:
    assert Environment({"N": text}).bool("N", not value) is value


@pytest.mark.parametrize("text", ["maybe", "", "2", "of", "disabled"])
def test_a_switch_is_on_or_off(text: str) -> None:
    assert faults(lambda env: env.bool("N", True), N=text) == [
        f"N is {text!r}; it has to be on or off."
    ]


def test_text_may_be_empty_only_where_that_is_the_default() -> None:
    assert faults(lambda env: (env.str("A", ""), env.str("B", "x")), A="", B="") == ["B is empty."]


def test_parts_of_a_list_are_read_one_by_one() -> None:
    env = Environment({"HOSTS": " a.example , ,b.example"})
    assert env.list("HOSTS", each=environment.host) == ["a.example", "b.example"]
    assert env.list("OTHERS", ["c"]) == ["c"]


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (environment.fraction, ["0", "0.2", ".2", "0.999"], ["20", "1", "20%", "-0.1", "", "0,2"]),
        (environment.fraction, [], ["nan", "inf", "1e-1", "0.1.1"]),
        (environment.rate, ["1/1", "6000/60"], ["abc", "0/60", "5/0", "5/", "/5", "5/60/1", "5"]),
        (environment.currency, ["GBP", "EUR", "XOF"], ["Pound", "gbp", "XXX", "XAU", "DEM", ""]),
        (environment.origin, ["https://a.b", "http://localhost:3000", "https://*.a.b"], []),
        (environment.origin, [], ["localhost:3000", "a.b", "https://a.b/", "https://u@a.b", "*"]),
        (environment.origin, [], ["ftp://a.b", "https://", "https://a.b:port", "https://a.b?c"]),
        (environment.web_address, ["https://a.b/shop", "http://[::1]:1"], []),
        (environment.web_address, [], ["a.b", "/x", "", "http:"]),
        (environment.host, ["a.b", ".a.b", "*", "[::1]", "127.0.0.1"], []),
        (environment.host, [], ["https://a.b", "a.b:1", ""]),
        (environment.redis_url, ["redis://a", "rediss://:p@a:1/0", "unix:///r"], []),
        (environment.redis_url, [], ["", "a:6379", "http://a"]),
        (environment.mailbox, ["a@b.c", "Shop <a@b.c>", '"A, B" <a@b.c>'], []),
        (environment.mailbox, [], ["Shop", "A, B <a@b.c>", ""]),
        (environment.mail_server, ["smtp+tls://u:p@h:587", "consolemail://", "smtp://h"], []),
        (environment.mail_server, [], ["", "h:25", "smtp://", "pop://h", "smtp://h:port"]),
        (environment.database_url, ["postgres://h/n", "postgresql://u:p@[::1]:5432/n"], []),
        (environment.database_url, ["postgres://u@/n?host=/run", "postgres://a:1,b:2/n"], []),
        (environment.database_url, [], ["", "n", "redis://h/0", "postgres://h", "postgres://["]),
        (environment.database_url, [], ["mysql://h/n", "postgres://h:port/n"]),
    ],
)  # fmt: skip
def test_readers(parse: Callable[[str], object], good: list[str], bad: list[str]) -> None:
    for text in good:
        parse(text)
    for text in bad:
        with pytest.raises(ValueError, match=r"^(is|has) "):
            parse(text)


def test_a_rate_of_tax_is_exact() -> None:
    assert environment.fraction("0.2") == Decimal("0.2")


@pytest.mark.parametrize(
    "parse", [environment.database_url, environment.redis_url, environment.mail_server]
)
def test_what_may_hold_a_password_is_not_repeated(parse: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=r"^is not like") as refusal:
        parse("nonsense://user:secret@host:port")
    assert "secret" not in str(refusal.value)


def test_every_fault_is_a_line_and_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    env = Environment(
        {
            "CONGOCART_CURENCY": "GBP",
            "CONGOCART_ZZZ": "",
            "CONGOCART_THREADS": "none",
            "OTHER": "1",
        }
    )
    env.str("CONGOCART_CURRENCY", "GBP")
    env.int("CONGOCART_THREADS", 4)
    with pytest.raises(SystemExit) as end:
        env.refuse_faults(["And more."])
    assert str(end.value).splitlines() == [
        "congocart: CONGOCART_THREADS is 'none'; it has to be a whole number from 1.",
        "congocart: CONGOCART_CURENCY is no setting; did you mean CONGOCART_CURRENCY?",
        "congocart: CONGOCART_ZZZ is no setting.",
        "congocart: And more.",
    ]


def test_what_kubernetes_says_of_a_service_called_congocart_is_no_fault() -> None:
    env = Environment(
        {
            "CONGOCART_SERVICE_HOST": "10.0.0.11",
            "CONGOCART_SERVICE_PORT": "8000",
            "CONGOCART_SERVICE_PORT_HTTP": "8000",
            "CONGOCART_PORT": "tcp://10.0.0.11:8000",
            "CONGOCART_WEB_PORT_8000_TCP": "tcp://10.0.0.11:8000",
            "CONGOCART_PORT_8000_TCP_ADDR": "10.0.0.11",
        }
    )
    env.refuse_faults()


STRIPE = {
    "payment_providers": ["stripe"],
    "stripe_secrets": ("sk_test_x", "whsec_x"),
    "grace": 30.0,
    "timeout": 10.0,
}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, ""),
        ({"payment_providers": ["manual"], "stripe_secrets": ("", ""), "grace": 1.0}, ""),
        ({"stripe_secrets": ("sk_test_x", "")}, "STRIPE_WEBHOOK_SECRET"),
        ({"grace": 26.0}, "CONGOCART_PAYMENT_GRACE_SECONDS has to be at least 27"),
        ({"timeout": 12.0}, "CONGOCART_PAYMENT_GRACE_SECONDS has to be at least 31"),
    ],
)
def test_settings_of_payments_fit_together(changes: dict[str, object], named: str) -> None:
    found = [*contradictory_settings(**(STRIPE | changes))]  # type: ignore[arg-type]
    assert len(found) == bool(named)
    assert named in "".join(found)


def test_the_choices_are_those_that_the_code_knows() -> None:
    refused = faults(
        lambda env: [
            env.list("P", each=environment.chosen_from("manual", "test", "stripe")),
            env.str("C", "automatic", one_of=("automatic", "manual")),
        ],
        P=",".join(KNOWN_PROVIDERS),
        C=Capture.MANUAL,
    )
    assert refused == []
