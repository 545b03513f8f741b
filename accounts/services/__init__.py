"""The use cases of accounts."""

from __future__ import annotations

from accounts.services.addresses import change_address, remove_address, save_address
from accounts.services.mfa import (
    confirm_mfa,
    pending_mfa,
    renew_recovery_codes,
    reset_mfa,
    start_mfa,
    stop_mfa,
    verify_mfa,
)
from accounts.services.privacy import anonymize_abandoned_data, erase_user, export_personal_data
from accounts.services.recovery import (
    change_email,
    change_password,
    confirm_email_change,
    forgot_password,
    request_verification,
    reset_password,
    set_password,
    unverify_email,
    verify_email,
)
from accounts.services.sessions import (
    end_all_sessions,
    end_session,
    log_in,
    log_out,
    refresh_session,
    replace_leaked_keys,
    revoke_sessions,
    rotate_keys,
)
from accounts.services.users import (
    ensure_user,
    lock_active_account_shared,
    lock_user,
    register_user,
    update_profile,
)

__all__ = [
    "anonymize_abandoned_data",
    "change_address",
    "change_email",
    "change_password",
    "confirm_email_change",
    "confirm_mfa",
    "end_all_sessions",
    "end_session",
    "ensure_user",
    "erase_user",
    "export_personal_data",
    "forgot_password",
    "lock_active_account_shared",
    "lock_user",
    "log_in",
    "log_out",
    "pending_mfa",
    "refresh_session",
    "register_user",
    "remove_address",
    "renew_recovery_codes",
    "replace_leaked_keys",
    "request_verification",
    "reset_mfa",
    "reset_password",
    "revoke_sessions",
    "rotate_keys",
    "save_address",
    "set_password",
    "start_mfa",
    "stop_mfa",
    "unverify_email",
    "update_profile",
    "verify_email",
    "verify_mfa",
]
