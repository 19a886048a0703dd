"""Draw the paths: what led to each act, worked out each night into the pieces of a page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from statistics import NormalDist

from django.utils import timezone

from mecene.attribution import held, looking
from mecene.attribution.credit import Caused
from mecene.attribution.held import HeldOut
from mecene.attribution.looking import Asked
from mecene.engine.store import FactStore
from mecene.report import pieces
from mecene.report.paths import document
from mecene.words import LANGUAGES
from mecene_web.experiments.models import Enrolment, Experiment
from mecene_web.organisation.models import Organisation
from mecene_web.overview import paths
from mecene_web.scores import kept
from mecene_web.scores.models import Run

# What a hold-out counts of each household; regular gifts and opt-ins are had or not.
_COUNTED = "gift"
_LATEST = 12


def after_the_night(made: Run, on_progress: Callable[[str, int, int], None]) -> None:
    """Write the pieces of the page of each act."""
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    place = kept.folder_of(made)
    for act in paths.ACTS:
        asked = Asked(act, made.as_of, own.currency)
        facts = FactStore(place / "facts")
        found = looking.of(facts, asked, on_progress=on_progress)
        if act == _COUNTED:
            told = held.beside(facts, held_out(made.as_of), act=act, currency=own.currency,
                               seed=asked.seed)  # fmt: skip
            found = replace(found, held=told)
        into = place / paths.of(act)
        into.mkdir(parents=True, exist_ok=True)
        for lang in LANGUAGES:
            pieces.of_page(document.document(found, lang=lang), into, lang=lang)


def held_out(as_of: date) -> Iterator[HeldOut]:
    """Yield the latest campaigns with a hold-out of which it is known what they caused."""
    rows = Experiment.objects.filter(campaign__isnull=False, began_at__isnull=False,
                                     arms__held_out=True).distinct()  # fmt: skip
    for one in rows.select_related("campaign__template").order_by("-began_at")[:_LATEST]:
        last = one.readings.filter(as_of__lte=as_of).order_by("as_of").last()
        euros = last.metrics["euros"] if last else {}
        gifts = euros.get("gifts")
        if not gifts or one.campaign is None or one.began_at is None:
            continue
        drawn = Enrolment.objects.filter(experiment=one, arm__held_out=False)
        reach = 2 * NormalDist().inv_cdf(0.5 + gifts["confidence"] / 2)
        caused = Caused(gifts["estimate"], gifts["low"], gifts["high"],
                        (gifts["high"] - gifts["low"]) / reach)  # fmt: skip
        yield HeldOut(
            one.title, one.campaign.template.channel,
            list(drawn.values_list("donor_id", flat=True).iterator()),
            timezone.localtime(one.began_at).replace(tzinfo=None), euros["days"], caused,
        )  # fmt: skip
