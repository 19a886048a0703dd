"""Organisation: the one association of this installation."""

from django.db import models
from django.db.models import Q


class Organisation(models.Model):
    """The association; one row, always."""

    THE_ONE = 1

    name = models.TextField(blank=True)
    country = models.CharField(max_length=2, default="FR")
    language = models.CharField(max_length=2, default="fr")
    currency = models.CharField(max_length=3, default="EUR")
    fiscal_year_starts_in_month = models.PositiveSmallIntegerField(default=1)
    # Opinions, beliefs or health follow from giving here (GDPR, art. 9).
    sensitive = models.BooleanField(default=False)
    # An invented association, or one that has closed, is shown as it was on a day.
    shown_as_of = models.DateField(null=True, blank=True)
    site = models.URLField(blank=True)
    privacy_contact = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="organisation_is_alone"),
            models.CheckConstraint(
                condition=Q(fiscal_year_starts_in_month__range=(1, 12)),
                name="organisation_year_starts_in_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.name
