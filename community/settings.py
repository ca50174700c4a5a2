"""Settings of the house, read strictly from the environment.

Nothing here needs to be set for `python3 manage.py up`: state lives in `var/`, and
keys that are missing there are made on first start. In production the environment
names a database, a broker, an origin and a mailer; `community/checks.py` refuses
combinations that are unsafe or impossible. docs/operations.md lists every name.
"""

import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from community import backing, keyring, logs, mail, zones
from community.environment import Environment, refuse

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# Where the house stands ------------------------------------------------------
VAR_DIR = Path(env.text("REWEAVE_VAR", str(BASE_DIR / "var")))
_origin = env.origin("REWEAVE_ORIGIN", "http://localhost:8000")
ORIGIN = f"{_origin.scheme}://{_origin.netloc}"
LOOPBACK = _origin.hostname in {"localhost", "127.0.0.1", "::1"}
SECURE = _origin.scheme == "https"

# Whether a proxy of ours stands before us, and says who comes and how.
BEHIND_PROXY = env.flag("REWEAVE_BEHIND_PROXY", default=False)

DEBUG = env.flag("REWEAVE_DEBUG", default=False)
SECRET_KEY_IN_VAR = not env.text("SECRET_KEY")
SECRET_KEY = env.text("SECRET_KEY") or keyring.secret_key(VAR_DIR / "keys")
# Keys that wrap the data keys of circles and people: `id:base64,id:base64`, newest first.
# Without it they are read from (and on first start made in) var/keys.
SEALING_KEYS = env.text("REWEAVE_SEALING_KEYS")
SEALING_KEYS_DIR = VAR_DIR / "keys"
try:
    keyring.parsed(SEALING_KEYS) if SEALING_KEYS else None
except keyring.UnusableKey as unusable:
    refuse("REWEAVE_SEALING_KEYS", f"can't be used: {unusable}")

_LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Supervisors ask for the house's health on the loopback, whatever its name in the world is.
ALLOWED_HOSTS = _LOOPBACK_HOSTS if LOOPBACK else [_origin.hostname or "", *_LOOPBACK_HOSTS]
# Origins whose pages may open our socket; the check is a scheme, host and port.
_port = f":{_origin.port}" if _origin.port else ""
SOCKET_ORIGINS = (
    [f"{_origin.scheme}://{host}{_port}" for host in _LOOPBACK_HOSTS] if LOOPBACK else [ORIGIN]
)

# What it is made of ----------------------------------------------------------
# From the top of the house down: an app may import those after it, never those before.
HOUSE_APPS = ["chat", "home", "programs", "community"]

INSTALLED_APPS = [
    *HOUSE_APPS,
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "community.apps.PeopleInCmsConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "channels",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

# Sessions begin at seven in the evening by default: ten seconds around that, Django takes the
# default for a moment that somebody meant to be now.
SILENCED_SYSTEM_CHECKS = ["fields.W161"]

MIDDLEWARE = [
    "community.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "community.headers.HouseHeadersMiddleware",
    "community.headers.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "community.sessions.RenewSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "programs.idle.IdleLockMiddleware",
    "community.zones.ViewerMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "community.admin_door.AdminDoorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "community.urls"
ASGI_APPLICATION = "community.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "wagtail.contrib.settings.context_processors.settings",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "community.templatetags.forms",
                "community.templatetags.weave",
                "community.templatetags.times",
            ],
        },
    },
    {
        # What is drawn for each message of each room; see chat/reading/entries.py.
        "NAME": "fragments",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "chat.reading.entries.environment"},
    },
]

# The database keeps the promises ---------------------------------------------
DATABASES = {"default": backing.database(env, VAR_DIR)}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries hints, never words --------------------------------------------
REDIS = backing.Redis(env)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "community.layer.HintLayer",
        "CONFIG": {"hosts": [REDIS.channels], "prefix": "reweave"},
    }
}
CACHES = {"default": {"BACKEND": "community.memory.HouseMemory", "LOCATION": REDIS.memory}}
CELERY_BROKER_URL = REDIS.broker
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    # A killed worker's task comes back after seconds, not after kombu's 100.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Beat only ticks; what is due, the database knows. Each line names a verb.
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "community.tick", "schedule": 60.0, "options": {"expires": 55}},
}
CELERY_BEAT_SCHEDULER = "community.house.clock:Clock"
CELERY_BEAT_ENABLE_REMOTE_CONTROL = False

# People ----------------------------------------------------------------------
AUTH_USER_MODEL = "community.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/places/"
# Whether people who are not known here may open an account themselves.
SIGN_UP_OPEN = env.choice("REWEAVE_SIGN_UP", "open", "closed") == "open"
# Whether staff need an authenticator app or a passkey before the CMS opens to them.
STAFF_NEED_SECOND_FACTOR = env.flag("REWEAVE_STAFF_NEED_SECOND_FACTOR", default=SECURE)
ACCOUNT_ADAPTER = "community.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "community.forms.SignInForm",
    "signup": "community.forms.SignUpForm",
    "add_email": "community.forms.NewAddressForm",
    "confirm_login_code": "community.forms.CodeForm",
    "confirm_email_verification_code": "community.forms.AddressCodeForm",
    "reauthenticate": "community.forms.PasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 5
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
# How long the page that asks for the code stands; the code itself is good for ten minutes.
ACCOUNT_LOGIN_TIMEOUT = 3600
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {
    # Three guesses a code: at most ninety a day at any one person's million.
    "request_login_code": "20/m/ip,3/m/key,10/h/key,30/d/key",
    "signup": "10/m/ip,60/h/ip",
    "letter": "10/h/key",
}
MFA_ADAPTER = "community.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "community.forms.SecondFactorForm",
    "authenticate_webauthn": "community.forms.PasskeySecondForm",
    "reauthenticate": "community.forms.SecondFactorAgainForm",
    "reauthenticate_webauthn": "community.forms.PasskeyAgainForm",
    "activate_totp": "community.forms.AddAppForm",
    "add_webauthn": "community.forms.AddPasskeyForm",
    "edit_webauthn": "community.forms.RenamePasskeyForm",
    "login_webauthn": "community.forms.PasskeySignInForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Nobody is signed in whose address wasn't proven, save by a link that an operator printed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK and not SECURE
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
# After how long without a touch the session of someone who holds a circle locks.
FACILITATOR_IDLE_MINUTES = env.number(
    "REWEAVE_FACILITATOR_IDLE_MINUTES", default=30, least=1, most=720
)
SESSION_COOKIE_NAME = "__Host-reweave" if SECURE else "reweave"
CSRF_COOKIE_NAME = "__Host-reweave-form" if SECURE else "reweave-form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# In the session, so that no page needs a second cookie to say one sentence.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "community.refusals.form_expired"

# Headers ---------------------------------------------------------------------
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# Mail: says only that there is something -------------------------------------
MAILERS = {"default": mail.mailer(env, VAR_DIR / "mail")}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("REWEAVE_MAIL_FROM", "house@localhost")

# Words and time --------------------------------------------------------------
LANGUAGE_CODE = env.choice("REWEAVE_LANGUAGE", "en", "de")  # of LANGUAGES
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "community" / "locale"]
USE_I18N = USE_TZ = WAGTAIL_I18N_ENABLED = True
TIME_ZONE = env.text("REWEAVE_TIME_ZONE", "Europe/London")
if not zones.is_known(TIME_ZONE):
    refuse("REWEAVE_TIME_ZONE", "is no time zone that is known here, such as Europe/London")

# Static files and uploads ----------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "community.assets.HouseStaticStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Wagtail ---------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Reweave"
WAGTAILADMIN_BASE_URL = ORIGIN
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILIMAGES_IMAGE_MODEL = "community.HouseImage"
WAGTAILDOCS_DOCUMENT_MODEL = "community.HouseDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILIMAGES_IMAGE_FORM_BASE = "community.pictures.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILEMBEDS_FINDERS = []  # nothing is ever fetched from another host

# The room --------------------------------------------------------------------
ROOM_VERBS_PER_10S = env.number("ROOM_VERBS_PER_10S", default=200, least=20, most=100_000)
ROOM_POSTS_PER_10S = env.number("ROOM_POSTS_PER_10S", default=10, least=1, most=100_000)
# How long after posting a member may change their words.
ROOM_EDIT_MINUTES = env.number("ROOM_EDIT_MINUTES", default=30, least=0, most=100_000)
# How long a facilitator is believed to be here after they last said so, in seconds.
ROOM_LEASE_SECONDS = env.number("ROOM_LEASE_SECONDS", default=45, least=2, most=600)
# A socket whose far end has taken nothing in for so long is cut off.
ROOM_PATIENCE_SECONDS = env.number("ROOM_PATIENCE_SECONDS", default=10, least=1, most=600)

# How soon someone looks, as the house tells its members. What nobody looked at in time goes to the
# program leads.
CARE_MINUTES_IN_SESSION = env.number("CARE_MINUTES_IN_SESSION", default=5, least=1, most=60)
CARE_HOURS = env.number("CARE_HOURS", default=12, least=1, most=72)
REPORT_HOURS = env.number("REPORT_HOURS", default=24, least=1, most=168)
# Whether web processes look for words to care for at once; the worker does each minute anyway.
CARE_LOOKS_AT_ONCE = True

# Logs: never members' words, never addresses ---------------------------------
LOGGING = logs.configuration("DEBUG" if DEBUG else "INFO")

# For `manage.py check`, which asks after names that nothing reads.
ENVIRONMENT_NAMES = env.asked_for
