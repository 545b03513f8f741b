"""Every setting of the shop, read from the environment once, with a default that runs.

`CONGOCART_ENVIRONMENT=production` takes the defaults away where they would be unsafe.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from congocart import api_reference
from congocart.admin_permissions import PERMISSIONS
from congocart.admin_theme import unfold_settings
from congocart.production import DEVELOPMENT_SECRET, unsafe_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("CONGOCART_ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(
        f"CONGOCART_ENVIRONMENT is {ENVIRONMENT!r}; it is either `development` or `production`."
    )
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_SECRET)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# ---- the shop ---------------------------------------------------------------------------------

SHOP_NAME = env.str("CONGOCART_SHOP_NAME", "CongoCart")
DEFAULT_CURRENCY = env.str("CONGOCART_CURRENCY", "GBP")
TAX_RATE = Decimal(env.str("CONGOCART_TAX_RATE", "0"))
CART_LIFETIME = timedelta(days=env.int("CONGOCART_CART_DAYS", 30))
RESERVATION_LIFETIME = timedelta(seconds=env.int("CONGOCART_RESERVATION_SECONDS", 900))
RATE_LIMITS = env.str("CONGOCART_RATE_LIMITS", "on") != "off"
# Hits/seconds of one caller: an account, an API key, or an IP address.
RATES = {
    "read": env.str("CONGOCART_RATE_READ", "6000/60"),
    "write": env.str("CONGOCART_RATE_WRITE", "3000/60"),
    "auth": env.str("CONGOCART_RATE_AUTH", "300/60"),
    "mail": env.str("CONGOCART_RATE_MAIL", "5/3600"),
    "key": env.str("CONGOCART_RATE_KEY", "3000/60"),
}
# Counted across processes even without Redis, at one statement a hit.
EXACT_RATES = frozenset({"auth", "mail"})
TRUSTED_PROXIES = env.int("CONGOCART_TRUSTED_PROXIES", 0)
MAX_BODY_BYTES = 1024 * 1024

# ---- payments ---------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")
STRIPE_TIMEOUT_SECONDS = env.float("STRIPE_TIMEOUT_SECONDS", 10.0)
PAYMENT_PROVIDERS = env.list(
    "CONGOCART_PAYMENT_PROVIDERS",
    default=["manual", *([] if PRODUCTION else ["test"]), *(["stripe"] * bool(STRIPE_SECRET_KEY))],
)
# `automatic`: captured as it is authorized; `manual`: captured by staff.
PAYMENT_CAPTURE = env.str("CONGOCART_PAYMENT_CAPTURE", "automatic")
# How long a call may still be on its way: longer than two time-outs of the slowest provider.
PAYMENT_GRACE = timedelta(seconds=env.float("CONGOCART_PAYMENT_GRACE_SECONDS", 30.0))
WEBHOOK_TOLERANCE = timedelta(minutes=5)
TEST_WEBHOOK_SECRET = env.str("CONGOCART_TEST_WEBHOOK_SECRET", "whsec_test")

# ---- composition ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "core.backoffice",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "accounts",  # before Django's auth, whose `changepassword` it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "core.db",
    "core.http",
    "congocart",
    *([] if PRODUCTION else ["embedded"]),
    "events",
    "staff",
    "inventory",
    "pricing",
    "payments",
    "catalog",
    "carts",
    "orders",
    "checkout",
]
MIDDLEWARE = [
    "core.http.request_ids.RequestIdMiddleware",
    "congocart.access_log.AccessMiddleware",
    "core.http.error_pages.ProblemMiddleware",
    "core.http.throttling.RateLimitMiddleware",
    "core.http.security.SecurityHeadersMiddleware",
    "core.http.security.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "staff.admin_site.sessions.AdminMfaMiddleware",
    "staff.access_log.PersonalDataAccessMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "congocart.urls"
WSGI_APPLICATION = "congocart.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
APPEND_SLASH = False

# ---- where state lives ------------------------------------------------------------------------

# One thread uses one connection at most.
SERVER_THREADS = env.int("CONGOCART_THREADS", 4)
# So many of each queue at a time (core/db/jobs.py).
WORKER_JOBS = {"timely": 2, "mail": env.int("CONGOCART_WORKER_JOBS", 4), "default": 2}
_threads = max(SERVER_THREADS, sum(WORKER_JOBS.values()))
_database = env.db_url("DATABASE_URL", default="postgres://postgres@127.0.0.1:5432/congocart")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_database,
        "ENGINE": "core.db.postgresql",
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "pool": {
                "min_size": 0,
                "max_size": env.int("CONGOCART_DB_POOL_SIZE", _threads + 1),
                "timeout": 10,
            },
        },
    }
}
# LISTEN needs a session; behind PgBouncer in transaction mode the worker asks every 5 s instead.
WORKER_LISTENS = env.str("CONGOCART_WORKER_LISTENS", "on") != "off"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits are counted in it.
REDIS_URL = env.str("REDIS_URL", "")

# ---- people -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["staff.backends.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
REQUIRE_VERIFIED_EMAIL = env.bool("CONGOCART_REQUIRE_VERIFIED_EMAIL", False)
STOREFRONT_URL = env.str("CONGOCART_STOREFRONT_URL", "http://127.0.0.1:8000").rstrip("/")
ABANDONED_DATA_DAYS = env.int("CONGOCART_ABANDONED_DATA_DAYS", 90)
AUDIT_DAYS = env.int("CONGOCART_AUDIT_DAYS", 730)
# With it, a session without two-factor authentication carries no staff role, and in the admin it
# can do nothing but set it up.
STAFF_MFA_REQUIRED = env.bool("CONGOCART_STAFF_MFA_REQUIRED", False)
TOKEN_ISSUER = env.str("CONGOCART_TOKEN_ISSUER", "congocart")
TOKEN_AUDIENCE = env.str("CONGOCART_TOKEN_AUDIENCE", "congocart-api")
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = ["core.backoffice.formats"]
USE_TZ = True

# ---- e-mail -----------------------------------------------------------------------------------

_mail = env.email_url("EMAIL_URL", "smtp://localhost:25" if PRODUCTION else "consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("CONGOCART_FROM_EMAIL", f"{SHOP_NAME} <shop@localhost>")

# ---- safety -----------------------------------------------------------------------------------

# Origins of storefronts that call from a browser, such as https://shop.example.
CORS_ORIGINS = frozenset(env.list("CONGOCART_CORS_ORIGINS", default=[]))
HTTPS = env.bool("CONGOCART_HTTPS", PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"

# ---- files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("CONGOCART_STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a build step the files are served from the packages that they come in.
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
CSRF_FAILURE_VIEW = "core.http.error_pages.csrf_failure"

# ---- logs -------------------------------------------------------------------------------------

LOGGING_CONFIG = "congocart.logging.configure"
LOGGING = {
    "format": env.str("CONGOCART_LOG_FORMAT", "json" if PRODUCTION else "text"),
    "level": env.str("CONGOCART_LOG_LEVEL", "INFO"),
}
ACCESS_LOG = env.str("CONGOCART_ACCESS_LOG", "on") != "off"

# ---- the API and the admin --------------------------------------------------------------------

REST_FRAMEWORK = api_reference.REST_FRAMEWORK
SPECTACULAR_SETTINGS = api_reference.SPECTACULAR_SETTINGS
UNFOLD = unfold_settings(shop_name=SHOP_NAME)
ADMIN_PERMISSIONS = PERMISSIONS

_unsafe = unsafe_settings(
    secret_keys=[SECRET_KEY, *SECRET_KEY_FALLBACKS],
    debug=DEBUG,
    allowed_hosts=ALLOWED_HOSTS,
    payment_providers=PAYMENT_PROVIDERS,
)
if PRODUCTION and (_problems := list(_unsafe)):
    raise ImproperlyConfigured(" ".join(["Not safe for production.", *_problems]))
