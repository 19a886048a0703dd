"""Spent: what writing to the people of an experiment cost, and how many followed a link."""

from collections import defaultdict

from django.db.models import Sum

from mecene_web.experiments.models import Arm, Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.models import LEFT, Click, Outgoing


def cost(held: Experiment) -> int:
    """Return what the messages of an experiment cost in all, minor units."""
    sent = Outgoing.objects.filter(state__in=LEFT, trial_to="")
    if held.campaign_id:
        sent = sent.filter(campaign_id=held.campaign_id)
    elif held.source.startswith("aim:"):
        # A policy's own measure: what the campaign that follows it cost (``mecene_web.uplift``).
        number = held.source.split(":")[-1]
        sent = sent.filter(campaign_id=int(number)) if held.began_at else sent.none()
    elif held.source.startswith("journey:"):
        sent = sent.filter(group__startswith=f"{held.source}:")
    else:
        sent = sent.filter(group__startswith="journey:", asked_at__gte=held.began_at)
    return int(sent.aggregate(n=Sum("cost_minor"))["n"] or 0)


def clicked(held: Experiment) -> dict[str, int]:
    """Return arm → messages of which a link was followed by a person, whoever they are.

    Counted by marks that lead to nobody: also of those who do not let themselves be followed.
    Empty where it is no campaign.
    """
    if held.campaign is None:
        return {}
    by_group = {campaigns.group(held.campaign, arm=arm.place): arm.name
                for arm in Arm.objects.filter(experiment=held, held_out=False)}  # fmt: skip
    found: dict[str, set[str]] = defaultdict(set)
    rows = Click.objects.filter(group__in=by_group, machine=False)
    for group, mark in rows.values_list("group", "mark").iterator():
        found[by_group[group]].add(mark)
    return {name: len(found[name]) for name in by_group.values()}
