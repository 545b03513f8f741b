from __future__ import annotations

from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from time import monotonic, sleep

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.domain import ERASED_DOMAIN, Device, InvalidCredentials, Role, TokenPair
from accounts.models import RefreshSession, SavedAddress, SigningKey, TotpDevice, User
from accounts.services import (
    confirm_mfa,
    ensure_user,
    erase_user,
    log_in,
    refresh_session,
    register_user,
    rotate_keys,
    start_mfa,
)
from accounts.services.totp import STEP_SECONDS, code_of
from accounts.tokens.json_web_tokens import read_refresh, verified_tokens
from accounts.tokens.signing_keys import Keyring, keyring
from checkout.models import Checkout
from core.errors import CongoCartError
from orders.models import Order
from tests.concurrency import racing
from tests.concurrency.racing import shopper
from tests.shop import (
    ADDRESS,
    DETAILS,
    MANUAL,
    items,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"


def in_a_thread(work: Callable[[], object]) -> object:
    """The result, or the exception, of running `work` on a connection of its own."""
    try:
        return work()
    except CongoCartError as error:
        return error
    finally:
        connection.close()


def at_once(number: int, work: Callable[[], object]) -> list[object]:
    """The results, or the exceptions, of running `work` in so many threads at the same time."""
    barrier = Barrier(number)

    def run() -> object:
        barrier.wait()
        return in_a_thread(work)

    with ThreadPoolExecutor(number) as threads:
        return [future.result() for future in [threads.submit(run) for _ in range(number)]]


def test_two_tabs_that_refresh_at_once_go_on_with_one_session():
    ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    now = timezone.now()
    held = log_in(email="ada@example.com", password=PASSWORD, device=Device(), now=now).refresh
    for _ in range(10):
        results = at_once(2, lambda held=held: refresh_session(refresh=held, now=timezone.now()))
        assert [type(result).__name__ for result in results] == ["TokenPair"] * 2
        assert len({read_refresh(pair.refresh) for pair in results}) == 1
        held = results[0].refresh
    assert RefreshSession.objects.filter(revoked_at=None).count() == 1


def test_where_nothing_may_be_repeated_a_refresh_token_used_twice_at_once_ends_its_session(
    settings,
):
    settings.REFRESH_REUSE = timedelta(0)
    ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    for _ in range(10):
        now = timezone.now()
        pair = log_in(email="ada@example.com", password=PASSWORD, device=Device(), now=now)
        spend = partial(refresh_session, refresh=pair.refresh, now=now)
        results = at_once(2, spend)
        assert sorted(type(result).__name__ for result in results) == ["TokenPair", "TokenReused"]
        assert RefreshSession.objects.filter(revoked_at=None).count() == 0


def test_concurrent_registrations_of_one_address_make_one_account():
    results = at_once(8, lambda: register_user(email="ada@example.com", password=PASSWORD).email)
    assert results == ["ada@example.com"] * 8
    assert User.objects.count() == 1


def test_processes_that_start_at_once_agree_on_one_signing_key():
    kids = at_once(6, lambda: Keyring().signing_key()[0])
    assert len(set(kids)) == 1
    assert SigningKey.objects.count() == 2


def waiting() -> int:
    """How many connections wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def until(reached: Callable[[], bool]) -> None:
    """Waits for something that is bound to happen."""
    deadline = monotonic() + 10
    while not reached():
        assert monotonic() < deadline
        sleep(0.01)


def test_a_login_that_races_the_turning_on_of_mfa_leaves_no_session_without_it():
    """The login is held up after it has looked for a factor, by the table of the keys."""
    ada = ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    now = timezone.now()
    secret = start_mfa(user_id=ada.pk, password=PASSWORD, now=now).secret
    code = code_of(b32decode(secret), int(now.timestamp()) // STEP_SECONDS)
    credentials = {"email": ada.email, "password": PASSWORD, "device": Device(), "now": now}
    keyring.cache(None)
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_signingkey IN ACCESS EXCLUSIVE MODE")
            login = threads.submit(in_a_thread, partial(log_in, **credentials))
            until(lambda: waiting() == 1)
            turning_on = threads.submit(
                in_a_thread, partial(confirm_mfa, user_id=ada.pk, code=code, now=now)
            )
            until(lambda: waiting() == 2 or turning_on.done())
        assert isinstance(login.result(), TokenPair)
        assert len(turning_on.result()) == 10
    assert not RefreshSession.objects.filter(revoked_at=None).exists()


def test_turning_mfa_on_waits_for_the_account_before_it_holds_the_device():
    """Whatever ends MFA holds the account first: in the other order both would wait forever."""
    ada = ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    now = timezone.now()
    secret = start_mfa(user_id=ada.pk, password=PASSWORD, now=now).secret
    code = code_of(b32decode(secret), int(now.timestamp()) // STEP_SECONDS)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=ada.pk)
            turning_on = threads.submit(
                in_a_thread, partial(confirm_mfa, user_id=ada.pk, code=code, now=now)
            )
            until(lambda: waiting() == 1)
            assert TotpDevice.objects.select_for_update(nowait=True).get(pk=ada.pk)
        assert len(turning_on.result()) == 10


OUTDATED = make_password(PASSWORD, hasher=Argon2PasswordHasher())


@pytest.mark.parametrize("stored", ["", OUTDATED], ids=["as is", "to be upgraded"])
def test_a_login_whose_password_is_changed_before_its_session_opens_is_refused(stored):
    """The login has checked the password when it waits for the change to commit."""
    ada = ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    User.objects.update(password=stored or ada.password)
    credentials = {"email": ada.email, "password": PASSWORD, "device": Device()}
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            User.objects.update(password=make_password("staple hinge lantern"))
            login = threads.submit(in_a_thread, partial(log_in, **credentials, now=timezone.now()))
            until(lambda: waiting() == 1)
        assert isinstance(login.result(), InvalidCredentials)
    assert not RefreshSession.objects.exists()
    assert User.objects.get().check_password("staple hinge lantern")


def test_logins_that_upgrade_one_hash_at_once_all_succeed():
    ada = ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    credentials = {"email": ada.email, "password": PASSWORD, "device": Device()}
    for _ in range(3):
        User.objects.update(password=OUTDATED)
        results = at_once(2, partial(log_in, **credentials, now=timezone.now()))
        assert [type(result) for result in results] == [TokenPair] * 2
        assert User.objects.get().password != OUTDATED


def test_rotating_the_keys_under_load_logs_nobody_out():
    keyring.cache(None)
    keyring.signing_key()
    ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)
    rotations = iter(range(4))

    def use_or_rotate() -> int:
        if next(rotations, None) is not None:
            rotate_keys(now=timezone.now())
            return 0
        pair = log_in(
            email="ada@example.com", password=PASSWORD, device=Device(), now=timezone.now()
        )
        for _ in range(5):
            verified_tokens.clear()
            verified_tokens.user_of(pair.access)
            pair = refresh_session(refresh=pair.refresh, now=timezone.now())
        return 5

    results = at_once(8, use_or_rotate)
    assert sorted(results, key=str) == [0, 0, 0, 0, 5, 5, 5, 5]
    assert SigningKey.objects.count() == 6


@pytest.fixture
def shop(no_deadlocks):
    offer_shipping()
    return items(stock_variants())


def test_erasing_an_account_while_it_shops_leaves_nothing_of_its_owner(shop):
    for attempt in range(8):
        email = f"ada-{attempt}@example.com"
        ada = ensure_user(email=email, password=PASSWORD, role=Role.CUSTOMER)
        pair = log_in(email=email, password=PASSWORD, device=Device(), now=timezone.now())
        client = partial(shopper, authorization=f"Bearer {pair.access}")
        guest = shopper()
        cart = new_cart(client(), ["SKU-0"])
        begun, own = new_checkout(guest, ["SKU-0"]), new_checkout(client(), ["SKU-0"])
        prove = {"Cart-Token": guest._credentials["HTTP_CART_TOKEN"]}
        erase = partial(erase_user, user_id=ada.pk, password=PASSWORD, now=timezone.now())
        post, body = "/api/v1/checkouts", {"items": shop, **DETAILS}

        erased, *_ = racing.at_once(
            erase,
            *[partial(client().post, post, body)] * 3,
            partial(client().post, post, {"cart_id": cart["id"], **DETAILS}),
            partial(client().patch, f"{post}/{own['id']}", DETAILS),
            partial(client().post, f"{post}/{own['id']}/complete", MANUAL),
            partial(client().post, f"/api/v1/carts/{begun['cart_id']}/claim", headers=prove),
            partial(guest.post, f"{post}/{begun['id']}/complete", MANUAL),
            partial(client().post, "/api/v1/me/addresses", ADDRESS),
        )

        assert erased is None
        assert not SavedAddress.objects.filter(user=ada).exists()
        assert not Checkout.objects.filter(customer=ada).exclude(email="").exists()
        kept = Order.objects.filter(customer=ada).exclude(email__endswith=ERASED_DOMAIN)
        assert not kept.exists()
