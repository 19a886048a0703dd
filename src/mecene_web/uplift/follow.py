"""Follow: each campaign to an adopted audience measures the policy itself.

Of the segment it chooses among, households were drawn by lot into three parts: never written to,
always, and as the policy says. Whoever is in each the day a campaign leaves is enrolled, and the
nightly reading of tests says what the policy leaves beside nobody, and beside everybody.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mecene.experiments.plan import Arm
from mecene.journeys import assignment
from mecene.journeys.judged import Chosen
from mecene.words import Lexicon
from mecene_web.donors.models import Donor
from mecene_web.experiments import declare, enrol
from mecene_web.experiments.declare import Declared
from mecene_web.experiments.enrol import Drawn
from mecene_web.experiments.models import Experiment
from mecene_web.messages.models import Campaign
from mecene_web.organisation.models import Organisation
from mecene_web.scores.models import Run
from mecene_web.segments import policies
from mecene_web.segments.models import Membership
from mecene_web.uplift.models import Aim

_AT_ONCE = 2_000
_THOUSAND = 1_000
# What a policy is worth is what people give, over the days a campaign is usually followed; a euro a
# household is worth finding. It is looked at every night.
_JUDGED = Chosen("amount", 60, ("gave",), "sequential", 100.0)


def after_the_night(_made: Run, _on_progress: object) -> None:
    """Follow the campaigns that left to an adopted audience, and declare the next measure."""
    for aim in Aim.objects.exclude(segment=None).select_related("base"):
        sent = Campaign.objects.filter(
            audience=f"segment:{aim.segment_id}", began_at__isnull=False
        ).order_by("began_at")  # fmt: skip
        for campaign in sent:
            follow(aim, campaign)
        if aim.segment is not None and aim.segment.archived_at is None:
            ready(aim, now=timezone.now())


def ready(aim: Aim, *, now: datetime) -> Experiment:
    """Return the measure that waits for the next campaign, declared and frozen before it leaves."""
    waiting = Experiment.objects.filter(source=_waiting(aim), state="planned").order_by("-pk")
    there = waiting.first()
    return there or declare.declare(_declared(aim), by=aim.made_by, now=now)


def follow(aim: Aim, campaign: Campaign) -> Experiment | None:
    """Enrol those among whom the policy chooses, each in the part drawn for them.

    None where that was done, where no night applied the policy, and where no measure had been
    declared before the campaign left: what is declared afterwards proves nothing.
    """
    where, at = policies.of(aim.code), campaign.began_at
    held = Experiment.objects.filter(
        source=_waiting(aim), state="planned", frozen_at__lte=at
    ).order_by("-pk").first()  # fmt: skip
    done = Experiment.objects.filter(source=source(aim, campaign)).exists()
    if where is None or at is None or held is None or done:
        return None
    groups = dict(where.select("donor_id", "group").collect().iter_rows())
    with transaction.atomic():
        arms = {arm.place: arm for arm in held.arms.all()}
        for some in _base(aim, at):
            enrol.enrol(held, [
                Drawn(donor, unit, arms[_PLACE[groups[donor]]], at)
                for donor, unit in some if donor in groups
            ])  # fmt: skip
        title = _said(aim, "titled", campaign=campaign.name)
        Experiment.objects.filter(pk=held.pk).update(source=source(aim, campaign), title=title)
    held.refresh_from_db()
    return held


# Group of a policy → place of its arm: nobody, everybody, and as the policy says.
_PLACE = {"never": 0, "always": 1, "aimed": 2, "left": 2}


def source(aim: Aim, campaign: Campaign) -> str:
    """Return where the measure of a policy by a campaign stands among experiments."""
    return f"{_waiting(aim)}:{campaign.pk}"


def measures(aim: Aim) -> list[Experiment]:
    """Return the measures of a policy that were taken, the latest first."""
    return list(Experiment.objects.filter(source__startswith=f"{_waiting(aim)}:").order_by("-pk"))


def _waiting(aim: Aim) -> str:
    return f"aim:{aim.pk}"


def _declared(aim: Aim) -> Declared:
    said = {name: _said(aim, name) for name in ("title", "population", "never", "always", "aimed")}
    never, always = (round(_THOUSAND * share) for share in (aim.never_share, aim.always_share))
    number = Experiment.objects.filter(name__startswith=f"{aim.code}:").count() + 1
    return Declared(
        name=f"{aim.code}:{number}", title=said["title"], kind="hold_out", source=_waiting(aim),
        population=said["population"], judged=_JUDGED,
        arms=(Arm(said["never"], never, held_out=True), Arm(said["always"], always),
              Arm(said["aimed"], _THOUSAND - never - always)),
    )  # fmt: skip


def _said(aim: Aim, name: str, **values: str) -> str:
    lang = (Organisation.objects.first() or Organisation()).language
    words = {"aim": aim.name, "base": aim.base.name} | values
    return Lexicon("mecene_web.uplift").say(f"follow.{name}", lang=lang, **words)


def _base(aim: Aim, at: datetime) -> Iterator[list[tuple[int, str]]]:
    """Yield (donor, unit) of the segment the policy chooses among, some at a time."""
    rows = Membership.objects.filter(segment_id=aim.base_id, since__lte=at)
    people = list(rows.order_by("donor_id").values_list("donor_id", flat=True))
    for first in range(0, len(people), _AT_ONCE):
        there = Donor.objects.filter(pk__in=people[first : first + _AT_ONCE])
        yield [(donor, assignment.unit(donor_id=donor, household_id=home))
               for donor, home in there.values_list("pk", "household_id")]  # fmt: skip
