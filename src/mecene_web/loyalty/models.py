"""Loyalty: the elements of the programme; their uses are facts (``events.Interaction``)."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff

KINDS = ("symbolic", "institutional", "small_item", "tangible", "service")
# Of an interaction that says somebody used an element; its properties name it.
USE = "benefit_used"


class Element(models.Model):
    """One thing the programme offers, and what it costs; its code is what uses call it by."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    # As the law sees what donors receive in return: the first two are no return.
    kind = models.TextField(default="symbolic")
    # A year, whoever uses it; and each time it is used.
    fixed_minor = models.BigIntegerField(default=0)
    each_minor = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    token = models.UUIDField(unique=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="element_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(fixed_minor__gte=0, each_minor__gte=0), name="element_costs_no_less"
            ),
        ]

    def __str__(self) -> str:
        return self.name
