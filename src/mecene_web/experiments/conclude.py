"""Conclude: an experiment is stopped, what it said is kept, and the arm that stays is named."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.experiments import audience
from mecene_web.experiments.models import Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.models import Campaign


class NotNow(ValueError):
    """It has not come so far, or is further already."""


class NotRead(ValueError):
    """Nothing was read of it yet: there is nothing to conclude from."""


class MisRandomised(ValueError):
    """The draw went wrong: no arm may be said to have won."""


class NoSuchArm(LookupError):
    """There is no arm of this name that got anything."""


class NobodyLeft(ValueError):
    """Everybody of the audience was drawn: nobody waits for the winner."""


def stop(experiment_id: int, *, by: Staff, now: datetime) -> None:
    """Stop an experiment: nobody more is drawn, and what has not left of its campaign does not.

    Raises:
        NotNow: it is not running.
    """
    with transaction.atomic():
        held = _held(experiment_id, "planned", "running")
        Experiment.objects.filter(pk=held.pk).update(state="stopped", stopped_at=now)
        if held.campaign_id:
            campaigns.stop(held.campaign_id, by=by, now=now)
        audit.write("stop", "experiment", held.pk, by=by, now=now)


def conclude(experiment_id: int, *, keep: str, why: str, by: Staff, now: datetime) -> None:
    """Keep what was read last, whether it was as declared, and which arm stays.

    Args:
        experiment_id: Which.
        keep: Name of the arm that stays.
        why: In the member's words.
        by: Who.
        now: When.

    Raises:
        NotNow: it never began, or is concluded already.
        NotRead: nothing was read of it.
        MisRandomised: the draw went wrong.
        NoSuchArm: none that got anything has this name.
    """
    with transaction.atomic():
        held = _held(experiment_id, "running", "stopped")
        last = held.readings.order_by("-as_of").first()
        if last is None:
            raise NotRead(held.name)
        if last.metrics["arms"]["mis_randomised"]:
            raise MisRandomised(held.name)
        arms = [arm.name for arm in held.arms.order_by("place")]
        if keep not in arms:
            raise NoSuchArm(keep)
        said = next((one for one in last.metrics["verdicts"] if one["arm"] == keep),
                    last.metrics["verdicts"][0])  # fmt: skip
        told = {"keep": keep, "why": why.strip()[:500], "kind": said["kind"],
                "standing": said["standing"], "as_of": last.as_of.isoformat(),
                "text": said["text"]}  # fmt: skip
        Experiment.objects.filter(pk=held.pk).update(
            state="concluded", conclusion=told, concluded_at=now, concluded_by=by,
            stopped_at=held.stopped_at or now,
        )  # fmt: skip
        audit.write("conclude", "experiment", held.pk, by=by, now=now,
                    after={"keep": keep, "standing": said["standing"]})  # fmt: skip


def roll_out(experiment_id: int, *, by: Staff, now: datetime, token: UUID) -> Campaign:
    """Prepare a campaign of the text that stays, to those of the audience who were not drawn.

    Who was held back stays so: their twelve months are still read.

    Raises:
        NotNow: it is not concluded, or is no campaign, or what stays is silence.
        NobodyLeft: everybody was drawn.
    """
    with transaction.atomic():
        held = _held(experiment_id, "concluded")
        arm = held.arms.filter(name=held.conclusion.get("keep")).select_related("version").first()
        if held.campaign is None or arm is None or arm.version is None:
            raise NotNow(held.state)
        rest = audience.rest_of(held)
        if not audience.people(rest, now=now):
            raise NobodyLeft(held.name)
        made = campaigns.prepare(
            f"{held.title} · {arm.name}", template_id=arm.version.template_id, audience=rest,
            due_at=now, by=by, now=now, token=token,
            cost_each_minor=held.campaign.cost_each_minor, values=held.campaign.values,
        )  # fmt: skip
        rolled_out(held, to=f"campaign:{made.pk}", by=by, now=now)
    return made


def rolled_out(held: Experiment, *, to: str, by: Staff, now: datetime) -> None:
    """Write where the winner went; part of the transaction it is called in."""
    Experiment.objects.filter(pk=held.pk).update(
        state="rolled_out", rolled_out_at=now, rolled_out_to=to
    )
    audit.write("roll_out", "experiment", held.pk, by=by, now=now, after={"to": to})


def _held(experiment_id: int, *states: str) -> Experiment:
    held = Experiment.objects.select_for_update(of=("self",)).get(pk=experiment_id)
    if held.state not in states:
        raise NotNow(held.state)
    return held
