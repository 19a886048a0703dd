"""E-mail: over SMTP, or by one of the providers that django-anymail speaks to."""
