"""References: what others publish, dated and sourced, to set beside an association's figures."""

import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Reference:
    """A published share: of what year, over how many organisations, by whom and where."""

    share: float
    year: int
    organisations: int
    source: str
    published: str


def retention(*, lang: str) -> Reference:
    """Return the published overall retention of donors from one year to the next."""
    text = resources.files("mecene.report").joinpath("references.toml").read_text("utf-8")
    found = tomllib.loads(text)["retention"]
    return Reference(
        share=found["share"],
        year=found["year"],
        organisations=found["organisations"],
        source=found["source"],
        published=found[f"published_{lang}"],
    )
