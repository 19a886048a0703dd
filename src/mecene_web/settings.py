"""Settings: how Django runs here; what an association may change is in ``organisation``."""

from mecene_web import database, environment, home, translations

HOME = home.prepared()
SECRET_KEY = home.secret()
DEBUG = False
ALLOWED_HOSTS = environment.hosts()

INSTALLED_APPS = [
    # Before those whose templates it dresses.
    "mecene_web.design",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "mecene_web.organisation",
    "mecene_web.audit",
    "mecene_web.tasks",
    "mecene_web.accounts",
    "mecene_web.donors",
    "mecene_web.giving",
    "mecene_web.consent",
    "mecene_web.events",
    "mecene_web.imports",
    "mecene_web.channels",
    "mecene_web.messages",
    "mecene_web.scores",
    "mecene_web.segments",
    "mecene_web.experiments",
    "mecene_web.loyalty",
    "mecene_web.uplift",
    "mecene_web.journeys",
    "mecene_web.exports",
    "mecene_web.overview",
    "mecene_web.rights",
    "mecene_web.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mecene_web.design.policy.Policy",
    "mecene_web.api.problems.Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mecene_web.accounts.language.Chosen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "mecene_web.design.busy.Busy",
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
                "django.template.context_processors.i18n",
                "mecene_web.accounts.entrance.surroundings",
            ]
        },
    }
]

DATABASES = {"default": database.settings(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Staff"
# Shared by the processes: who tries too many passwords of one tries them of all.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "mecene_cache",
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [translations.compiled(HOME / "locale")]
TIME_ZONE = environment.told("MECENE_TIME_ZONE", "Europe/Paris")
USE_TZ = True

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": told}
    for name, told in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mecene_web.accounts.entrance.Entrance"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/5m/ip,5/5m/key"}
MFA_ADAPTER = "mecene_web.accounts.entrance.Vault"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Mécène"
SOCIALACCOUNT_ADAPTER = "mecene_web.accounts.entrance.Guests"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
_sign_on = environment.sign_on()
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": told.name,
                "client_id": told.client,
                "secret": told.secret,
                "settings": {"server_url": told.server},
            }
            for told in [_sign_on]
            if told
        ],
    }
}
# Besides our own pages, where a form may lead.
MECENE_FORMS_LEAD_TO = [_sign_on.server.rstrip("/")] if _sign_on else []
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# An installation tried on its own machine has no certificate; any other should.
HTTPS = environment.https()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

globals().update(environment.mail())
MECENE_DKIM = environment.dkim()
MECENE_SMS = environment.sms()
# Hosts of the association's own network that webhooks may reach; none by default.
MECENE_HOSTS_INSIDE = set(environment.told("MECENE_HOSTS_INSIDE").replace(",", " ").split())
# Where donors reach this installation: their choices, their way out, the links we count.
MECENE_ADDRESS = environment.address()
# A Maildir to which what servers send back about our mail comes (RFC 3464, 5965).
MECENE_RETURNS = environment.told("MECENE_RETURNS")
DEFAULT_FROM_EMAIL = environment.told("MECENE_MAIL_FROM", "mecene@localhost")
UNFOLD = {
    "SITE_TITLE": "Mécène",
    "SITE_HEADER": "Mécène",
    "SITE_ICON": "mecene_web.design.page.icon",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "mecene_web.design.page.icon"}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_URL": "/",
    "COLORS": "mecene_web.design.page.colours",
    "STYLES": ["mecene_web.design.page.stylesheet"],
    "ACCOUNT": {"navigation": "mecene_web.design.menu.own"},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "mecene_web.design.menu.menu",
    },
}
# What broke is said where the platform was started; Django says it by mail alone.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"said": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["said"], "level": "ERROR"}},
}
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"

# Kind of work → the function that does it.
MECENE_WORKS: dict[str, str] = {
    "api.deliveries": "mecene_web.api.deliveries.work",
    "backup.night": "mecene_web.backup.work",
    "exports.clear": "mecene_web.exports.write.clear_work",
    "experiments.read": "mecene_web.experiments.night.work",
    "exports.write": "mecene_web.exports.write.work",
    "imports.check": "mecene_web.imports.check.work",
    "imports.load": "mecene_web.imports.load.work",
    "imports.undo": "mecene_web.imports.undo.work",
    "journeys.look": "mecene_web.journeys.look.work",
    "journeys.rehearse": "mecene_web.journeys.rehearse.work",
    "journeys.wake": "mecene_web.journeys.pause.wake",
    "scores.nightly": "mecene_web.scores.nightly.work",
    "segments.recompute": "mecene_web.segments.recompute.work",
    "uplift.apply": "mecene_web.uplift.apply.work",
    "uplift.study": "mecene_web.uplift.learn.work",
    "rights.wipe": "mecene_web.rights.wipe.work",
    "rights.sweep": "mecene_web.rights.sweep.work",
}
# Kinds done by a process of their own, which gives its memory back.
MECENE_HEAVY: set[str] = {
    "backup.night", "exports.write", "imports.check", "imports.load", "imports.undo", "rights.wipe",
    "experiments.read", "journeys.rehearse", "scores.nightly", "segments.recompute",
    "uplift.apply", "uplift.study",
}  # fmt: skip
# Kind of work → hour of the day at which it comes back.
MECENE_DAILY: dict[str, int] = {
    "backup.night": 1, "scores.nightly": 2, "exports.clear": 4, "api.deliveries": 5,
    "journeys.look": 6,
}  # fmt: skip
# Of how many nights the backup is kept; 0: none is made.
MECENE_BACKUPS_KEPT = int(environment.told("MECENE_BACKUPS_KEPT", "7"))
# What follows a night, given its run; what the night before it said is still there.
MECENE_AFTER_THE_NIGHT: list[str] = [
    "mecene_web.uplift.apply.after_the_night",
    "mecene_web.segments.recompute.after_the_night", "mecene_web.journeys.look.after_the_night",
    "mecene_web.journeys.experiments.after_the_night",
    "mecene_web.uplift.follow.after_the_night",
    "mecene_web.experiments.night.after_the_night",
    "mecene_web.experiments.contents.after_the_night",
    "mecene_web.loyalty.night.after_the_night",
    "mecene_web.overview.draw_paths.after_the_night",
]  # fmt: skip
# Who hears of donors touched by new facts, once their segments are right; in one transaction.
MECENE_AFTER_TOUCHED: list[str] = ["mecene_web.journeys.hear.tell"]
# Who has worked something out of donors, told of those who are none any more.
MECENE_WHO_LEAVES: list[str] = [
    "mecene_web.messages.letters.leave", "mecene_web.scores.leave.leave",
    "mecene_web.segments.leave.leave",
]  # fmt: skip
# What the worker does all the time, beside its works; each is told when to end.
MECENE_ALWAYS: list[str] = [
    "mecene_web.segments.live.follow", "mecene_web.journeys.always.work",
    "mecene_web.messages.always.work",
]  # fmt: skip
# Channel → its folder (``channels.known``).
MECENE_CHANNELS: dict[str, str] = {
    "email": "mecene_web.channels.email",
    "sms": "mecene_web.channels.sms",
    "post": "mecene_web.channels.letter",
    "phone": "mecene_web.channels.call",
    "webhook": "mecene_web.channels.webhook",
}
# Who says that a message is one too many (``messages.pressure``), and who an audience is.
MECENE_PRESSURE = "mecene_web.messages.caps.held"
MECENE_ASK = "mecene_web.messages.amounts.of"
MECENE_AUDIENCE = "mecene_web.experiments.audience.people"
# Who draws who is written to, what they get and who is held back (``messages.campaigns``), and
# what is shown of what that changed.
MECENE_DRAW = "mecene_web.experiments.draw.drawn"
MECENE_RESULT = "mecene_web.experiments.shown.of_campaign"
MECENE_AUDIENCES = "mecene_web.segments.audience.choices"

# The files of one import together; they go to the disk as they come.
MECENE_LARGEST_UPLOAD_BYTES = int(environment.told("MECENE_LARGEST_UPLOAD_MB", "2048")) << 20
