"""Settings: how Django runs here; what an association may change is in ``organisation``."""

import os

from mecene_web import database, home

HOME = home.prepared()
SECRET_KEY = home.secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MECENE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "mecene_web.organisation",
    "mecene_web.design",
    "mecene_web.audit",
    "mecene_web.tasks",
    "mecene_web.accounts",
    "mecene_web.donors",
    "mecene_web.giving",
    "mecene_web.consent",
    "mecene_web.events",
    "mecene_web.imports",
    "mecene_web.scores",
    "mecene_web.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mecene_web.api.problems.Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "mecene_web.urls"
WSGI_APPLICATION = "mecene_web.wsgi.application"
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

DATABASES = {"default": database.settings(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Staff"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
TIME_ZONE = os.environ.get("MECENE_TIME_ZONE", "Europe/Paris")
USE_TZ = True
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
UNFOLD = {
    "SITE_TITLE": "Mécène",
    "SITE_HEADER": "Mécène",
    "SITE_SYMBOL": "volunteer_activism",
    "SHOW_HISTORY": False,
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "mecene_web.design.menu.menu",
    },
}
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"

# Kind of work → the function that does it.
MECENE_WORKS: dict[str, str] = {
    "scores.nightly": "mecene_web.scores.nightly.work",
    "api.deliveries": "mecene_web.api.deliveries.work",
}
# Kind of work → hour of the day at which it comes back.
MECENE_DAILY: dict[str, int] = {"scores.nightly": 2, "api.deliveries": 5}
