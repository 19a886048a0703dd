"""An invented plan, for tests of experiments."""

from mecene.experiments import measures
from mecene.experiments.measures import Measure
from mecene.experiments.plan import Arm, FixedHorizon, Plan, Sequential

AMOUNT = Measure("amount", "amount", 90)
FIXED = FixedHorizon(days=90, people=12_000)
SEQUENTIAL = Sequential(max_days=180, people=12_000)


def plan(**changed) -> Plan:
    said = {
        "name": "bienvenue-2026",
        "question": "Deux relances rapportent-elles plus qu’une ?",
        "population": "Donateurs d’un premier don depuis moins de 30 jours",
        "arms": (Arm("une relance", 1), Arm("deux relances", 1)),
        "primary": AMOUNT,
        "minimum_effect": 50.0,
        "stopping": FIXED,
        "guards": measures.GUARDS,
    }
    return Plan(**(said | changed))
