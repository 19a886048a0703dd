"""Accounts: the people of the association."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

from mecene_web.accounts import roles


class StaffManager(BaseUserManager["Staff"]):
    """Makes members of staff, who sign in with their address."""

    def create_user(self, email: str, password: str | None = None, **told: Any) -> "Staff":
        """Return a new member; without a password, one who signs in by a link."""
        member = self.model(email=self.normalize_email(email).lower(), **told)
        member.set_password(password) if password else member.set_unusable_password()
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **told: Any) -> "Staff":
        """Return a new administrator."""
        return self.create_user(
            email, password, **({"role": "administrator", "is_superuser": True} | told)
        )


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person who works with the donors of this association."""

    email = models.EmailField(unique=True)
    name = models.TextField(blank=True)
    # None chosen: their browser's.
    language = models.CharField(max_length=2, blank=True, default="")
    role = models.TextField(default="fundraiser")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=tuple(roles.ROLES)), name="staff_has_a_known_role"
            ),
            models.CheckConstraint(
                condition=Q(role="administrator", is_superuser=True)
                | (~Q(role="administrator") & Q(is_superuser=False)),
                name="staff_who_may_do_all_are_administrators",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Return whether Django's own pages are open to them."""
        return self.is_active and self.role == "administrator"

    def can_come_in(self) -> bool:
        """Return whether they have what it takes to sign in."""
        return self.is_active and (self.has_usable_password() or self.signs_on_elsewhere())

    def signs_on_elsewhere(self) -> bool:
        """Return whether they have signed in from the association's own accounts (SSO)."""
        return self.pk is not None and self.socialaccount_set.exists()

    def may(self, what: str) -> bool:
        """Return whether this member may do something (``accounts.roles``)."""
        return self.is_active and roles.allows(self.role, what)
