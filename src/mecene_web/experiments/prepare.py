"""Prepare: what is compared with what, on whom, judged by what; a draft until it is frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from mecene.experiments import plan as plans
from mecene.experiments import plan_text
from mecene.experiments.measures import Measure
from mecene.experiments.plan import Plan, Stopping
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.design import words
from mecene_web.experiments import measured, planner
from mecene_web.experiments.models import Arm, Experiment
from mecene_web.messages import campaigns, publish
from mecene_web.messages.models import Campaign
from mecene_web.messages.texts import Version

# Of a thousand households; a campaign that nobody planned a test for holds these back.
DEFAULT_HOLD_OUT = 100
# Below, the few held back would say nothing of anything.
LEAST_HOUSEHOLDS = 200
_WHOLE = 1_000


class NothingCompared(ValueError):
    """One text, and nobody held back: there is nothing to compare it with."""


class NoReason(ValueError):
    """Nobody is held back, and nobody said why."""


class TooLate(ValueError):
    """The campaign left already, or its plan is frozen."""


@dataclass(frozen=True)
class Text:
    """One of the texts compared: its name, its template, and its level of each factor."""

    name: str
    template_id: int
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a test.

    Attributes:
        title: For the members; its question is asked in it.
        texts: One or more; the first is what others are compared with.
        held_out: Of a thousand households, how many get nothing.
        why_nobody: Where that is none, why.
        share: Part of the audience that is drawn, in (0, 1]; others wait for the winner.
        primary: What decides.
        minimum_effect: The smallest difference worth finding, in the measure's unit.
        stopping: When one looks.
        cap: Of amounts a household, as the planner found it, minor units.
        secondary: Measures declared beside the one that decides.
    """

    title: str
    texts: tuple[Text, ...]
    held_out: int
    why_nobody: str
    share: float
    primary: Measure
    minimum_effect: float
    stopping: Stopping
    cap: int | None = None
    secondary: tuple[Measure, ...] = ()


def prepare(
    wanted: Wanted, *, audience: str, population: str, due_at: datetime, by: Staff, now: datetime,
    token: UUID, cost_each_minor: int = 0,
) -> Experiment:  # fmt: skip
    """Write a campaign and its test down, together; the same token makes one.

    Args:
        wanted: What is compared, and how.
        audience: To whom (``MECENE_AUDIENCE``).
        population: The audience in words.
        due_at: When it leaves.
        by: Who prepares it.
        now: When.
        token: The form's own.
        cost_each_minor: What one message costs.

    Raises:
        InvalidPlan: what is declared cannot be meant.
        NothingCompared: one text, and nobody held back.
        NoReason: nobody is held back, and nobody said why.
        campaigns.NothingToSend: a template was never published.
    """
    with transaction.atomic():
        there = Experiment.objects.filter(token=token).first()
        if there is not None:
            return there
        campaign = campaigns.prepare(
            wanted.title, template_id=wanted.texts[0].template_id, audience=audience, due_at=due_at,
            by=by, now=now, token=token, cost_each_minor=cost_each_minor,
        )  # fmt: skip
        return _written(campaign, wanted, population=population, by=by, now=now, token=token)


def beside(
    campaign_id: int, wanted: Wanted, *, population: str, by: Staff, now: datetime
) -> Experiment:
    """Write down the test of a campaign that waits; what was drafted of it before is replaced.

    Raises:
        TooLate: the campaign left already, or its plan is frozen.
        InvalidPlan, NothingCompared, NoReason, campaigns.NothingToSend: as ``prepare``.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
        held = Experiment.objects.filter(campaign=campaign).first()
        if campaign.state not in ("waiting", "approved") or (held and held.state != "draft"):
            raise TooLate(campaign.state)
        if held:
            held.delete()
        return _written(campaign, wanted, population=population, by=by, now=now,
                        token=uuid5(campaign.token, "test"))  # fmt: skip


def by_default(
    campaign: Campaign, *, people: Sequence[int], households: int, now: datetime
) -> Experiment | None:
    """Return the hold-out of a campaign for which nobody planned a test; None where there is none.

    None for messages of service, which are owed to everybody, and below ``LEAST_HOUSEHOLDS``.
    """
    if households < LEAST_HOUSEHOLDS or set(campaign.template.purposes) == {"transactional"}:
        return None
    primary = measured.measure("amount")
    wanted = Wanted(
        campaign.name, (Text(campaign.name, campaign.template_id),), DEFAULT_HOLD_OUT, "", 1.0,
        primary, 100.0, plans.FixedHorizon(primary.within_days, households),
        planner.cap(people, within_days=primary.within_days),
    )  # fmt: skip
    return _written(campaign, wanted, population=campaign.audience, by=campaign.approved_by,
                    now=now, token=uuid5(campaign.token, "test"))  # fmt: skip


def plan(wanted: Wanted, *, name: str, population: str) -> Plan:
    """Return the plan of what is asked.

    Raises:
        InvalidPlan: it cannot be meant.
        NothingCompared: one text, and nobody held back.
    """
    arms = _arms(wanted)
    if len(arms) < 2:
        raise NothingCompared(wanted.title)
    return Plan(
        name=name, question=wanted.title, population=population, arms=arms, primary=wanted.primary,
        minimum_effect=wanted.minimum_effect, stopping=wanted.stopping,
        guards=measured.guards(wanted.primary),
        adjusted_by=() if wanted.primary.kind == "share" else ("amount_before",),
        cap_minor=wanted.cap, secondary=wanted.secondary,
    )  # fmt: skip


def _arms(wanted: Wanted) -> tuple[plans.Arm, ...]:
    each = (_WHOLE - wanted.held_out) // max(len(wanted.texts), 1)
    texts = [plans.Arm(text.name, each) for text in wanted.texts]
    nobody = [plans.Arm(words.say("experiments", "arms.held_out"), wanted.held_out, held_out=True)]
    if not wanted.held_out:
        return tuple(texts)
    # One text is compared with silence; several among themselves, and all of them with silence.
    return tuple(nobody + texts if len(texts) == 1 else texts + nobody)


def _written(
    campaign: Campaign, wanted: Wanted, *, population: str, by: Staff | None, now: datetime,
    token: UUID,
) -> Experiment:  # fmt: skip
    if not wanted.held_out and not wanted.why_nobody.strip():
        raise NoReason(wanted.title)
    name = campaigns.group(campaign)
    alone = len(wanted.texts) == 1 and not wanted.held_out
    declared = None if alone else plan(wanted, name=name, population=population)
    made = Experiment.objects.create(
        name=name, title=campaign.name, campaign=campaign, share=wanted.share, token=token,
        kind="call_script" if campaign.template.channel == "phone" else "campaign",
        why_nobody="" if wanted.held_out else wanted.why_nobody.strip()[:300],
        plan_text=plan_text.to_json(declared) if declared else "", made_at=now, made_by=by,
    )  # fmt: skip
    if declared:
        texts = {text.name: text for text in wanted.texts}
        Arm.objects.bulk_create(
            Arm(experiment=made, place=place, name=arm.name, weight=arm.weight,
                held_out=arm.held_out,
                version=None if arm.held_out else _version(texts[arm.name]),
                levels={} if arm.held_out else dict(texts[arm.name].levels))
            for place, arm in enumerate(declared.arms)
        )  # fmt: skip
    audit.write("prepare", "experiment", made.pk, by=by, now=now,
                after={"title": made.title, "fingerprint": made.fingerprint})  # fmt: skip
    return made


def _version(text: Text) -> Version:
    version = publish.latest(text.template_id)
    if version is None:
        raise campaigns.NothingToSend(f"template {text.template_id} was never published")
    return version
