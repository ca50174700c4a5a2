"""As `startproject` and the tutorial have them; database, broker and origin are the house's."""

from community import settings as house

SECRET_KEY = house.SECRET_KEY
ALLOWED_HOSTS = house.ALLOWED_HOSTS
DEBUG = False
INSTALLED_APPS = [
    "channels",
    "tests.bench.plain",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tests.bench.plain.asgi"
ASGI_APPLICATION = "tests.bench.plain.asgi.application"
DATABASES = house.DATABASES
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": house.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"], "prefix": "plain"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGGING_CONFIG = None
