"""Every setting of the shop, read from the environment once, with a default that runs.

`CONGOCART_ENVIRONMENT=production` takes the defaults away where they would be unsafe.
"""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from email.utils import formataddr
from pathlib import Path
from zoneinfo import ZoneInfo

from congocart import api_reference, environment, event_jobs
from congocart.admin_permissions import PERMISSIONS
from congocart.admin_theme import unfold_settings
from congocart.after_sales_settings import after_sales_settings
from congocart.databases import database_settings
from congocart.email_settings import LOCAL_EMAILS, email_settings, template_engines
from congocart.environment import Environment, chosen_from
from congocart.invoice_settings import invoice_settings
from congocart.logging import LEVELS
from congocart.media_settings import media_settings
from congocart.password_rules import VALIDATORS
from congocart.production import contradictory_settings, development_secret, unsafe_settings
from congocart.rate_settings import rate_settings
from congocart.tax_settings import tax_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)
# Where `manage.py up` keeps what it needs: the database and the secret key.
DATA_DIR = Path(env.str("CONGOCART_DATA_DIR", str(BASE_DIR / ".data")))

ENVIRONMENT = env.str("CONGOCART_ENVIRONMENT", "development", one_of=("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else development_secret(DATA_DIR))
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["*"], each=environment.host)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", each=environment.origin)

# ---- the shop ---------------------------------------------------------------------------------

SHOP_NAME = env.str("CONGOCART_SHOP_NAME", "CongoCart")
SHOP_TIME_ZONE = env.parsed("CONGOCART_TIME_ZONE", ZoneInfo("UTC"), environment.time_zone)
DEFAULT_CURRENCY = env.parsed("CONGOCART_CURRENCY", "GBP", environment.currency)
TAX_RATE = env.parsed("CONGOCART_TAX_RATE", Decimal(0), environment.fraction)
PRICES_INCLUDE_TAX = env.bool("CONGOCART_PRICES_INCLUDE_TAX", False)
# Where tax is rounded: once, on the whole (`order`), or on each line and the shipping (`line`).
TAX_ROUNDING = env.str("CONGOCART_TAX_ROUNDING", "order", one_of=("order", "line"))
TAXES = tax_settings(env)
AFTER_SALES = after_sales_settings(env)
# What completion needs of a buyer.
CHECKOUT_REQUIRES = env.list(
    "CONGOCART_CHECKOUT_REQUIRES",
    ["email", "name", "address"],
    each=chosen_from("email", "name", "phone", "address"),
)
PORT = env.int("PORT", 8000, at_most=2**16 - 1)
EMAILS = email_settings(env, port=PORT)
# The languages that buyers are written to in, the first one to those who understand none of them.
SHOP_LANGUAGES = EMAILS.languages
INVOICES = invoice_settings(env, zone=SHOP_TIME_ZONE, templates=EMAILS.templates)
CART_LIFETIME = timedelta(days=env.days("CONGOCART_CART_DAYS", 30))
RESERVATION_LIFETIME = timedelta(seconds=env.int("CONGOCART_RESERVATION_SECONDS", 900))
DRAFT_LIFETIME = timedelta(days=env.days("CONGOCART_DRAFT_DAYS", 7))
# Of an account, and of an IP address that gives no email address, while they are not paid for.
MAX_OPEN_CHECKOUTS = env.int("CONGOCART_MAX_OPEN_CHECKOUTS", 100)
LOW_STOCK = env.int("CONGOCART_LOW_STOCK", 5, at_least=0)
# Of a variant's units on hand, by one IP address that gives no email address.
HOLDABLE_SHARE = env.parsed("CONGOCART_HOLDABLE_SHARE", Decimal("0.5"), environment.share)
RATE_LIMITS = env.bool("CONGOCART_RATE_LIMITS", True)
RATES = rate_settings(env)
# Counted across processes even without Redis, at one statement a hit.
EXACT_RATES = frozenset({"auth", "coupon", "mail", "mail_address"})
TRUSTED_PROXIES = env.int("CONGOCART_TRUSTED_PROXIES", 0)
MAX_BODY_BYTES = 1024 * 1024
# How long a body may be on its way, from its first byte to its last.
BODY_SECONDS = env.float("CONGOCART_BODY_SECONDS", 10.0)

# ---- payments ---------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_PUBLISHABLE_KEY = env.parsed("STRIPE_PUBLISHABLE_KEY", "", environment.publishable_key)
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.parsed("STRIPE_API_BASE", "", environment.web_address)
STRIPE_TIMEOUT_SECONDS = env.float("STRIPE_TIMEOUT_SECONDS", 10.0)
PAYMENT_PROVIDERS = env.list(
    "CONGOCART_PAYMENT_PROVIDERS",
    ["manual", *([] if PRODUCTION else ["test"]), *(["stripe"] * bool(STRIPE_SECRET_KEY))],
    each=chosen_from("manual", "test", "stripe"),
)
# `automatic`: captured as it is authorized; `manual`: captured by staff.
PAYMENT_CAPTURE = env.str("CONGOCART_PAYMENT_CAPTURE", "automatic", one_of=("automatic", "manual"))
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
    "core.mailing",
    "congocart",
    *([] if PRODUCTION else ["embedded"]),
    "events",
    "staff",
    "inventory",
    "invoices",
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
    "core.backoffice.time_zone.ShopTimeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "congocart.urls"
WSGI_APPLICATION = "congocart.wsgi.application"
TEMPLATES = template_engines(EMAILS.templates)
APPEND_SLASH = False

# ---- where state lives ------------------------------------------------------------------------

# One thread uses one connection at most.
SERVER_THREADS = env.int("CONGOCART_THREADS", 4)
# So many of each queue at a time (core/db/jobs.py).
WORKER_JOBS = {"timely": 2, "mail": env.int("CONGOCART_WORKER_JOBS", 4), "default": 2}
SERVER_WORKERS = env.int("CONGOCART_WORKERS", 0)  # 0: one for each processor
HOST = env.str("HOST", "127.0.0.1")
DATABASE_URL = env.parsed("DATABASE_URL", "", environment.database_url)
_threads = max(SERVER_THREADS, sum(WORKER_JOBS.values()))
_pool_size = env.int("CONGOCART_DB_POOL_SIZE", _threads + 1)
# Without it there is none: nothing is ever done to a database that was not named.
DATABASES = {
    "default": database_settings(DATABASE_URL, pool_size=_pool_size) if DATABASE_URL else {}
}
# LISTEN needs a session; behind PgBouncer in transaction mode the worker asks every 5 s instead.
WORKER_LISTENS = env.bool("CONGOCART_WORKER_LISTENS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The admin would keep what a search found, names included, and not find what is new.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
# Rate limits are counted in it.
REDIS_URL = env.parsed("REDIS_URL", "", environment.redis_url)

# ---- people -----------------------------------------------------------------------------------

LOGIN_REDIRECT_URL = "admin:index"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["staff.backends.RoleBackend"]
PASSWORD_HASHERS = ["accounts.hashers.BoundedArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = VALIDATORS
REQUIRE_VERIFIED_EMAIL = env.bool("CONGOCART_REQUIRE_VERIFIED_EMAIL", False)
STOREFRONT_URL = env.parsed(
    "CONGOCART_STOREFRONT_URL", f"http://127.0.0.1:{PORT}", environment.web_address
)
ABANDONED_DATA_DAYS = env.days("CONGOCART_ABANDONED_DATA_DAYS", 90)
AUDIT_DAYS = env.days("CONGOCART_AUDIT_DAYS", 730)
# With it, a session without two-factor authentication carries no staff role, and in the admin it
# can do nothing but set it up.
STAFF_MFA_REQUIRED = env.bool("CONGOCART_STAFF_MFA_REQUIRED", False)
# How long the refresh token spent last may be sent again, by another tab of the same client.
REFRESH_REUSE = timedelta(seconds=env.int("CONGOCART_REFRESH_REUSE_SECONDS", 10, at_least=0))
TOKEN_ISSUER = env.str("CONGOCART_TOKEN_ISSUER", "congocart")
TOKEN_AUDIENCE = env.str("CONGOCART_TOKEN_AUDIENCE", "congocart-api")
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
LOCALE_PATHS = [*EMAILS.translations, BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["core.backoffice.formats"]

# ---- e-mail -----------------------------------------------------------------------------------

_mail = env.parsed(
    "EMAIL_URL",
    environment.mail_server("smtp://localhost:25")
    if PRODUCTION
    else {**environment.mail_server("consolemail://"), **LOCAL_EMAILS},
    environment.mail_server,
)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or None
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
EVENT_JOBS = event_jobs.event_jobs(to_staff=bool(EMAILS.staff))
EVENT_STEPS = event_jobs.EVENT_STEPS
DEFAULT_FROM_EMAIL = env.parsed(
    "CONGOCART_FROM_EMAIL", formataddr((SHOP_NAME, "shop@localhost")), environment.mailbox
)

# ---- safety -----------------------------------------------------------------------------------

# Origins of storefronts that call from a browser, such as https://shop.example.
CORS_ORIGINS = frozenset(env.list("CONGOCART_CORS_ORIGINS", each=environment.origin))
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
STATIC_ROOT = Path(env.str("CONGOCART_STATIC_ROOT", str(BASE_DIR / "staticfiles"))).absolute()
MEDIA = media_settings(env, folder=DATA_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "media": MEDIA.storage,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a build step the files are served from the packages that they come in.
WHITENOISE_USE_FINDERS = not PRODUCTION
# Without files: to decode a form costs a tenth of a second a megabyte.
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES // 2
CSRF_FAILURE_VIEW = "core.http.error_pages.csrf_failure"

# ---- logs -------------------------------------------------------------------------------------

LOGGING_CONFIG = "congocart.logging.configure"
LOGGING = {
    "format": env.str(
        "CONGOCART_LOG_FORMAT", "json" if PRODUCTION else "text", one_of=("json", "text")
    ),
    "level": env.str("CONGOCART_LOG_LEVEL", "INFO", one_of=LEVELS),
}
ACCESS_LOG = env.bool("CONGOCART_ACCESS_LOG", True)

# ---- the API and the admin --------------------------------------------------------------------

REST_FRAMEWORK = api_reference.REST_FRAMEWORK
SPECTACULAR_SETTINGS = api_reference.SPECTACULAR_SETTINGS
UNFOLD = unfold_settings(shop_name=SHOP_NAME, time_zone=SHOP_TIME_ZONE.key)
ADMIN_PERMISSIONS = PERMISSIONS

_unsafe = unsafe_settings(
    secret_keys=[SECRET_KEY, *SECRET_KEY_FALLBACKS],
    debug=DEBUG,
    allowed_hosts=ALLOWED_HOSTS,
    payment_providers=PAYMENT_PROVIDERS,
)
_contradictory = contradictory_settings(
    payment_providers=PAYMENT_PROVIDERS,
    stripe_secrets=(STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET),
    grace=PAYMENT_GRACE.total_seconds(),
    timeout=STRIPE_TIMEOUT_SECONDS,
)
env.refuse_faults([*_contradictory, *(_unsafe if PRODUCTION else [])])
