"""Freeze: a plan is kept with its fingerprint before the first send, and never changes again."""

from datetime import datetime

from django.db import transaction

from mecene.experiments import plan_text
from mecene.experiments.plan import Plan
from mecene.experiments.plan_text import Frozen
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.experiments.models import Experiment
from mecene_web.messages.models import LEFT, Outgoing

_REFUSAL = "a frozen plan does not change"
_STOP = f"begin select raise(abort, '{_REFUSAL}'); end"
_FROZEN = (
    "select 1 from experiments_experiment where id = {row}.experiment_id and frozen_at is not null"
)
_KEPT = ("plan_text", "fingerprint", "frozen_at", "name", "kind", "share")
_SAME = " and ".join(f"new.{name} = old.{name}" for name in _KEPT)
# Database → what refuses to change what was declared.
CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "create trigger experiment_no_change before update on experiments_experiment "
        f"when old.frozen_at is not null and not coalesce({_SAME}, false) {_STOP}",
        "create trigger arm_no_change before update on experiments_arm "
        f"when exists ({_FROZEN.format(row='old')}) {_STOP}",
        "create trigger arm_no_addition before insert on experiments_arm "
        f"when exists ({_FROZEN.format(row='new')}) {_STOP}",
    ),
    "postgresql": (
        "create function experiments_refuse() returns trigger language plpgsql as $$ begin "
        "if tg_table_name = 'experiments_experiment' then "
        f"  if old.frozen_at is not null and not coalesce({_SAME}, false) then "
        f"   raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; "
        "  end if; "
        f"elsif exists ({_FROZEN.format(row='new')}) then "
        f"  raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; "
        "end if; return new; end $$",
        "create trigger experiment_no_change before update on experiments_experiment "
        "for each row execute function experiments_refuse()",
        "create trigger arm_no_change before insert or update on experiments_arm "
        "for each row execute function experiments_refuse()",
    ),
}
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"drop trigger if exists {name}"
        for name in ("experiment_no_change", "arm_no_change", "arm_no_addition")
    ),
    "postgresql": (
        "drop trigger if exists experiment_no_change on experiments_experiment",
        "drop trigger if exists arm_no_change on experiments_arm",
        "drop function if exists experiments_refuse()",
    ),
}


class NotADraft(ValueError):
    """It was frozen already, or compares nothing."""


def freeze(experiment_id: int, *, by: Staff | None, now: datetime) -> Frozen:
    """Freeze a plan; return it as it was declared.

    Raises:
        NotADraft: it was frozen already, or it has no plan: nobody is compared with anybody.
        plan_text.FrozenTooLate: something was sent before.
    """
    with transaction.atomic():
        held = Experiment.objects.select_for_update(of=("self",)).get(pk=experiment_id)
        if held.state != "draft" or not held.plan_text:
            raise NotADraft(held.state)
        frozen = plan_text.freeze(plan_text.from_json(held.plan_text), at=now,
                                  first_sent_at=_first_sent(held))  # fmt: skip
        Experiment.objects.filter(pk=held.pk).update(
            state="planned", plan_text=frozen.text, fingerprint=frozen.fingerprint, frozen_at=now,
            frozen_by=by,
        )  # fmt: skip
        audit.write("freeze", "experiment", held.pk, by=by, now=now,
                    after={"fingerprint": frozen.fingerprint})  # fmt: skip
    return frozen


def plan_of(held: Experiment) -> Plan:
    """Return the plan of an experiment; of a frozen one, the one that was frozen.

    Raises:
        plan_text.PlanChanged: its text is not the one whose fingerprint was kept.
    """
    if held.frozen_at is None:
        return plan_text.from_json(held.plan_text)
    return plan_text.thawed(Frozen(held.plan_text, held.fingerprint, held.frozen_at))


def _first_sent(held: Experiment) -> datetime | None:
    if held.campaign_id is None:
        return None
    left = Outgoing.objects.filter(campaign_id=held.campaign_id, state__in=LEFT, trial_to="")
    first = left.exclude(handed_at=None).order_by("handed_at").first()
    return first.handed_at if first else None
