"""Users, and what is kept of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.domain import EmailTaken, Role, normalize_password
from accounts.models.groups import CustomerGroup
from core.address import ADDRESS_FIELDS, Address
from core.db.constraints import register
from core.email_address import normalize_email
from core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Creates users with their e-mail address in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a customer."""
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user with the role `admin`, for Django's `createsuperuser`."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.groups.add(Group.objects.get_or_create(name=Role.ADMIN)[0])
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user who logs in with this address, whatever its case."""
        return self.get(email=normalize_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. Roles are Django groups named like `accounts.domain.Role`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, help_text="Stored in lower case.")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    language = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="That e-mails are written in; empty: the shop's first.",
    )
    is_staff = models.BooleanField(default=False, help_text="May use the admin.")
    is_active = models.BooleanField(default=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sessions_ended_at = models.DateTimeField(
        null=True, editable=False, help_text="When all sessions were last ended."
    )

    customer_groups = models.ManyToManyField(CustomerGroup, blank=True, related_name="members")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="accounts_one_account_per_email"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_email_in_lower_case"
            ),
            # Letters beyond it may have the lower case of another one.
            models.CheckConstraint(
                condition=models.Q(email__regex=r"^[\x01-\x7f]*$"), name="accounts_email_in_ascii"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sessions_ended_at"],
                condition=models.Q(is_active=False),
                name="accounts_closed_by_time",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and normalize_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether the password is right; store a hash that is as strong as new ones are.

        Unlike Django's own, that never replaces a password that was changed meanwhile. Of several
        logins at once one stores its hash, and the others read it.
        """
        raw_password = raw_password and normalize_password(raw_password)
        correct, is_outdated = verify_password(raw_password, self.password)
        if not (correct and is_outdated):
            return correct
        upgraded = make_password(raw_password)
        if User.objects.filter(pk=self.pk, password=self.password).update(password=upgraded):
            self.password = upgraded
            return True
        self.refresh_from_db(fields=["password"])
        return verify_password(raw_password, self.password)[0]

    def get_session_auth_hash(self) -> str:
        """Return what an admin session has to hold; one that holds something else has ended."""
        return self._until_ended(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under former values of SECRET_KEY."""
        return map(self._until_ended, super().get_session_auth_fallback_hash())

    def _until_ended(self, session_hash: str) -> str:
        ended = self.sessions_ended_at
        return f"{session_hash}.{ended.timestamp()}" if ended else session_hash


class RefreshSessionQuerySet(models.QuerySet["RefreshSession"]):
    """Scopes of sessions."""

    def live(self, now: datetime) -> Self:
        """Return those that are neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def locked(self) -> Self:
        """Lock the rows until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class RefreshSession(models.Model):
    """One login and the family of refresh tokens that descend from it; only the newest is valid."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    current_jti = models.CharField(
        max_length=32, help_text="The id of the one refresh token that is not yet spent."
    )
    spent_jti = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        help_text="The id of the one that was spent last, at the time of the last use.",
    )
    user_agent = models.CharField(max_length=200, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Extended by each use.")
    ends_at = models.DateTimeField(help_text="The latest end, however often it is used.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    mfa_shown = models.BooleanField(
        default=False, help_text="Opened with two-factor authentication."
    )

    objects: ClassVar[RefreshSessionQuerySet] = RefreshSessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("ends_at")),
                name="accounts_session_slides_to_its_end",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="accounts_session_by_expiry")]

    def __str__(self) -> str:
        return str(self.id)


class TotpDevice(models.Model):
    """An authenticator app; it counts once it is confirmed."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    secret = models.BinaryField(help_text="Encrypted under SECRET_KEY")
    last_step = models.BigIntegerField(
        default=0, help_text="The period of the last code, so that none works twice."
    )
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class RecoveryCode(models.Model):
    """A code that replaces one from the authenticator app, once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, help_text="SHA-256")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code_hash"], name="accounts_recovery_codes_differ"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SavedAddress(models.Model):
    """A postal address in a user's address book."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=100, blank=True)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country_code = models.CharField(max_length=2)
    phone = models.CharField(max_length=40, blank=True)
    default_shipping = models.BooleanField(default=False)
    default_billing = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "saved addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(default_shipping=True),
                name="accounts_one_default_shipping_address",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(default_billing=True),
                name="accounts_one_default_billing_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"

    def as_address(self) -> Address:
        """Return the address itself."""
        return Address(**{name: getattr(self, name) for name in ADDRESS_FIELDS})


class EmailChange(models.Model):
    """A pending change of e-mail address, to be confirmed at both addresses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="email_change")
    new_email = models.EmailField(max_length=254)
    left_old_at = models.DateTimeField(null=True, help_text="Confirmed at the old address.")
    took_new_at = models.DateTimeField(null=True, help_text="Confirmed at the new address.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


register({"accounts_one_account_per_email": EmailTaken})
