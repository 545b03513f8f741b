"""What logging in leaves behind, and the keys that sign tokens."""

from __future__ import annotations

from django.db import models

from accounts.domain import KeyState


class LoginFailures(models.Model):
    """How often a login failed, and when the next attempt is allowed."""

    key = models.CharField(
        primary_key=True, max_length=64, help_text="HMAC of the account, the IP address, or both."
    )
    free = models.PositiveSmallIntegerField(help_text="Failures without a delay.")
    failures = models.PositiveIntegerField()
    failed_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "login failures"

    def __str__(self) -> str:
        return self.key


class SigningKey(models.Model):
    """A key pair that signs tokens. `next` is published before its use, `retired` only verifies."""

    kid = models.CharField(primary_key=True, max_length=43, help_text="RFC 7638 thumbprint.")
    state = models.CharField(max_length=7, choices=[(state, state.name) for state in KeyState])
    public_key = models.TextField(help_text="PEM")
    private_key = models.BinaryField(help_text="DER, encrypted under SECRET_KEY")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state__in=["current", "next"]),
                name="accounts_one_current_and_one_next_key",
            ),
        ]

    def __str__(self) -> str:
        return self.kid
