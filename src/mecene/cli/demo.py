"""Demo: the whole main job on an invented association, and where its report is."""

from pathlib import Path

from mecene.cli import analyse, options, simulate, telling
from mecene.cli.lexicon import say


def demo(
    out: options.Out = Path("demo"),
    donors: options.Donors = 20_000,
    years: options.Years = 8,
    lang: options.Lang = "fr",
) -> None:
    """Simulate an association's files, then analyse them as anybody would theirs."""
    exported = out / "exports"
    telling.out(say("demo.simulating", lang=lang, donors=donors, years=years))
    simulate.write(
        exported, donors=donors, years=years, seed=1901, clean=False, names=True, lang=lang
    )
    tables = {
        "gifts": "gifts",
        "donors": "donors",
        "recurring_gifts": "recurring",
        "contacts": "contacts",
        "interactions": "interactions",
        "consents": "consents",
        "campaigns": "campaigns",
    }
    with telling.refusals(lang=lang):
        from mecene.cli import collect

        asked = collect.Asked(
            tables={
                table: (exported / f"{name}.csv",)
                for table, name in tables.items()
                if (exported / f"{name}.csv").exists()
            }
        )
        analyse.run(asked, as_of=None, out=out / "report", lang=lang)
