"""Contacts: who is sent a campaign, who is held out at random, and what it causes.

The effect of a contact on a donor is known before anything happens: the gifts it adds in
expectation, below zero for those it puts off. It is written in the truth beside the arm the
donor was drawn into, so that any estimate of an effect can be marked.
"""

import numpy as np

from mecene.simulator import engagement, giving, recurring, words
from mecene.simulator.campaigns import Campaign
from mecene.simulator.log import Flags, Floats, Ints
from mecene.simulator.state import State

HELD_OUT, A, B = range(3)
_TIRING = np.array((0.5, 0.10, 0.6, 0.0))
_LAPSED_DAYS = 900  # past it a donor is written to only now and then


def send(state: State, campaign: Campaign, *, put_off: Floats) -> None:
    """Send one campaign and let it work; ``put_off`` is lowered for those it irritates."""
    donors = np.flatnonzero(_chosen(state, campaign))
    effect = _effects(state, campaign, donors)
    draw = state.rng.random(len(donors))
    held_out = draw < state.spec.control_share
    arm = np.where(held_out, HELD_OUT, np.where(state.rng.random(len(donors)) < 0.5, A, B))
    _truth(state, campaign, donors, arm, effect)
    sent = donors[~held_out]
    worked = np.minimum(effect * np.where(arm == B, campaign.b_effect, 1.0), 0.85)[~held_out]
    gives = state.rng.random(len(sent)) < worked
    day = _days(state, campaign, len(sent))
    _outcome(state, campaign, sent[gives], day[gives])
    irritated = sent[worked < 0]
    put_off[irritated] *= 1 + state.people.sensitivity[irritated, campaign.channel]
    engagement.react(state, campaign, sent, variant=arm[~held_out], gives=gives, day=day)
    state.fatigue[sent] += _TIRING[campaign.channel]


def _chosen(state: State, campaign: Campaign) -> Flags:
    """Return who is addressed: reachable, not opposed, recent, or now and then less so."""
    first = int(state.starts[campaign.month])
    here = state.here(campaign.month) & state.reachable[:, campaign.channel] & ~state.objected
    if campaign.channel == words.BY_POST:
        here &= state.people.move_day > first
    silent = first - state.last_gift_day
    chance = np.where(silent < _LAPSED_DAYS, 1.0, 0.12)
    if campaign.channel == words.BY_EMAIL:
        chance = np.where(silent < _LAPSED_DAYS, 1.0, 0.4)
    regular = state.mandates.number >= 0
    if campaign.wants == "recurring":
        here &= ~regular & (silent < 400)
        chance = np.full(len(silent), 0.6)
    elif campaign.wants == "upgrade":
        here &= regular & (state.mandates.collected >= 6) & (state.mandates.paused_until == 0)
        chance = np.full(len(silent), 0.5)
    elif campaign.channel == words.BY_POST:
        chance = np.where(regular, 0.6, chance)
    return here & (state.rng.random(len(silent)) < chance)


def _effects(state: State, campaign: Campaign, donors: Ints) -> Floats:
    """Return the gifts (or commitments, or rises) version A causes each donor to make."""
    attachment = np.clip(state.attachment[donors], -6, 2.2)
    sensitivity = state.people.sensitivity[donors, campaign.channel]
    steep = giving.STEEPNESS if campaign.wants == "gift" else 0.4
    pull = campaign.pull * np.exp(steep * attachment - 0.25 * state.fatigue[donors])
    pull *= np.where(state.tight[donors], 0.6, 1.0)
    pull *= engagement.moved(state, campaign, donors)
    if campaign.wants == "gift":
        pull *= np.where(state.mandates.number[donors] >= 0, 0.4, 1.0)
        lost = sensitivity * giving.rate(state, campaign.month)[donors]
    else:
        lost = np.zeros(len(donors))
    gained = np.where(state.people.never_gives[donors], 0.0, pull * sensitivity)
    return np.where(sensitivity < 0, lost, np.minimum(gained, 0.6))


def _days(state: State, campaign: Campaign, rows: int) -> Ints:
    """Return the day each would answer: weeks by post, days by e-mail, at once by phone."""
    sent = int(state.starts[campaign.month]) + campaign.sent_on.day - 1
    if campaign.channel == words.BY_POST:
        wait = 4 + state.rng.gamma(1.6, 6.0, rows)
    elif campaign.channel == words.BY_EMAIL:
        wait = state.rng.exponential(1.4, rows)
        if campaign.sent_on.day == 28:
            wait = np.minimum(wait, 3)
    else:
        wait = state.rng.uniform(0, 20, rows)
    return sent + wait.astype(np.int64)


def _outcome(state: State, campaign: Campaign, donors: Ints, day: Ints) -> None:
    if campaign.wants == "gift":
        giving.give(state, donors, day, campaign=campaign.number)
    elif campaign.wants == "recurring":
        recurring.sign(state, donors, day, origin=words.PHONE, campaign=campaign.number)
    else:
        recurring.upgrade(state, donors, day)


def _truth(state: State, campaign: Campaign, donors: Ints, arm: Ints, effect: Floats) -> None:
    state.log.add(
        "effects", len(donors), campaign=campaign.number, donor=donors, arm=arm, effect=effect,
        b_effect=np.where(effect > 0, np.minimum(effect * campaign.b_effect, 0.85), effect),
    )  # fmt: skip
