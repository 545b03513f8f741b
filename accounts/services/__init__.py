"""What can be done to accounts and with them."""

from __future__ import annotations

from accounts.services.addresses import change_address, remove_address, save_address
from accounts.services.mfa import (
    confirm_mfa,
    renew_recovery_codes,
    reset_mfa,
    show_second_factor,
    start_mfa,
    started_mfa,
    stop_mfa,
)
from accounts.services.privacy import erase_user, export_personal_data, forget_abandoned_data
from accounts.services.recovery import (
    change_email,
    change_password,
    confirm_email_change,
    distrust_email,
    forgot_password,
    request_verification,
    reset_password,
    set_password,
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
    "change_address",
    "change_email",
    "change_password",
    "confirm_email_change",
    "confirm_mfa",
    "distrust_email",
    "end_all_sessions",
    "end_session",
    "ensure_user",
    "erase_user",
    "export_personal_data",
    "forget_abandoned_data",
    "forgot_password",
    "lock_active_account_shared",
    "lock_user",
    "log_in",
    "log_out",
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
    "show_second_factor",
    "start_mfa",
    "started_mfa",
    "stop_mfa",
    "update_profile",
    "verify_email",
]
