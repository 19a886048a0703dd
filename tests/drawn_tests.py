"""Drawn tests: a test as a form would ask for it, shared by those who try what becomes of it."""

from datetime import UTC, datetime

# A Tuesday, 11 h in Paris.
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def wanted(*texts, held_out=100, share=1.0, why="", primary="gave", rule=None):
    from mecene.experiments import plan as plans
    from mecene_web.experiments import measured, prepare

    return prepare.Wanted(
        "Test", tuple(prepare.Text(name, number) for name, number in texts), held_out, why, share,
        measured.measure(primary), 0.02, rule or plans.FixedHorizon(60, 1_000),
    )  # fmt: skip


def planned(campaign, said, member):
    from mecene_web.experiments import prepare

    return prepare.beside(campaign.pk, said, population="Tous", by=member("analyst"), now=NOW)


def by_arm(held):
    """Return arm → the donors drawn into it."""
    from mecene_web.experiments.models import Enrolment

    found: dict[str, list[int]] = {}
    for arm, donor in Enrolment.objects.filter(experiment=held).values_list("arm__name", "donor"):
        found.setdefault(arm, []).append(donor)
    return found
