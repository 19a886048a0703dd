"""Forms: what members may write about themselves, each other and the association."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation

from mecene_web.accounts import first_login, roles
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.organisation.models import Organisation

CURRENCIES = ("EUR", "CHF", "GBP", "USD", "CAD", "XAF", "XOF", "XPF")
LANGUAGES = (("fr", "Français"), ("en", "English"))


class Worded(forms.Form):
    """A form whose labels and hints are sentences of this app, under ``fields``."""

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, label_suffix="", **named)
        for name, field in self.fields.items():
            field.label = _say(f"fields.{name}")
            field.help_text = _hint(name)


class Invitation(Worded):
    """Whom to invite, and what they may do."""

    email = forms.EmailField(max_length=254)
    role = forms.ChoiceField(choices=lambda: role_choices())


class Role(Worded):
    """What a member may do."""

    role = forms.ChoiceField(choices=lambda: role_choices())


class Welcome(Worded):
    """Who comes in for the first time."""

    email = forms.EmailField(max_length=254, required=False)
    name = forms.CharField(max_length=200)
    password = forms.CharField(
        max_length=512,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        max_length=512,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(required=False, choices=lambda: language_choices())

    def __init__(self, *told: Any, member: Staff, **named: Any) -> None:
        super().__init__(*told, **named)
        self.member = member
        if member.email == first_login.ADDRESS:
            self.fields["email"].required = True
        else:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """Check that the password is good, and was meant."""
        found = super().clean() or self.cleaned_data
        if found.get("password") != found.get("password_again"):
            self.add_error("password_again", _say("problems.passwords_differ"))
        email = found.get("email")
        if email and Staff.objects.filter(email=email.lower()).exclude(pk=self.member.pk).exists():
            self.add_error("email", _say("problems.known_already"))
        if found.get("password"):
            about = Staff(email=email or self.member.email, name=found.get("name", ""))
            try:
                password_validation.validate_password(found["password"], about)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return found


class Own(Worded):
    """What a member says of themselves."""

    name = forms.CharField(max_length=200)
    language = forms.ChoiceField(required=False, choices=lambda: language_choices())


class Association(Worded):
    """The one association of this installation."""

    name = forms.CharField(max_length=200)
    country = forms.CharField(min_length=2, max_length=2)
    language = forms.ChoiceField(choices=LANGUAGES)
    currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES])
    fiscal_year_starts_in_month = forms.TypedChoiceField(
        coerce=int, choices=lambda: [(n, _say(f"months.m{n}")) for n in range(1, 13)]
    )
    site = forms.URLField(required=False, assume_scheme="https", max_length=200)
    privacy_contact = forms.EmailField(required=False, max_length=254)
    sensitive = forms.BooleanField(required=False)

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        for name in ("name", "country"):
            self.fields[name].label = _say(f"fields.association_{name}")
        self.fields["country"].help_text = _say("hints.country")

    def clean_country(self) -> str:
        """Return the country in capitals."""
        written = str(self.cleaned_data["country"]).upper()
        if not (written.isascii() and written.isalpha()):
            raise forms.ValidationError(_say("problems.country"))
        return written


def of(own: Organisation) -> dict[str, Any]:
    """Return what the form of the association shows of it."""
    return {name: getattr(own, name) for name in Association.base_fields}


class Sought(Worded):
    """What to look for in the log."""

    by = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    verb = forms.CharField(required=False, max_length=50)
    subject = forms.CharField(required=False, max_length=50)
    subject_id = forms.CharField(required=False, max_length=50)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        members = [(member.pk, str(member)) for member in Staff.objects.order_by("name", "email")]
        self.fields["by"].choices = [("", _say("trace.anybody")), *members]


def role_choices() -> list[tuple[str, str]]:
    """Return every role with its name."""
    return [(role, _say(f"roles.{role}")) for role in roles.ROLES]


def language_choices() -> list[tuple[str, str]]:
    """Return every language a member may choose; none of them: their browser's."""
    return [("", _say("fields.language_any")), *settings.LANGUAGES]


def _say(key: str) -> str:
    return words.say("accounts", key)


def _hint(name: str) -> str:
    try:
        return _say(f"hints.{name}")
    except KeyError:
        return ""
