"""Simulate: write the files of an association that never was."""

from pathlib import Path

from mecene.cli import options, telling
from mecene.cli.lexicon import counted, say


def simulate(
    out: options.Out = Path("simulated"),
    donors: options.Donors = 20_000,
    years: options.Years = 8,
    seed: options.Seed = 1901,
    clean: options.Clean = False,
    names: options.Names = True,
    lang: options.Lang = "fr",
) -> None:
    """Write gifts, donors, commitments, contacts, interactions, consents, and the truth."""
    written = write(out, donors=donors, years=years, seed=seed, clean=clean, names=names, lang=lang)
    for name, rows in sorted(written.items()):
        counted_rows = counted("intake.rows", rows, lang=lang)
        telling.out(say("simulate.file", lang=lang, path=out / name, rows=counted_rows))
    telling.out(say("simulate.nobody", lang=lang))


def write(
    out: Path, *, donors: int, years: int, seed: int, clean: bool, names: bool, lang: str
) -> dict[str, int]:
    """Write an invented association's files; return file name → rows."""
    from mecene.simulator import exports
    from mecene.simulator.recipe import Association, InvalidAssociation

    try:
        spec = Association(donors=donors, years=years, seed=seed, names=names)
    except InvalidAssociation as refused:
        telling.stop(str(refused), lang=lang)
    with telling.progress(lang=lang, quiet=False) as tell:
        return exports.write(
            spec,
            out,
            dirty=not clean,
            lang=lang,
            on_progress=lambda done, total: tell("simulation", done, total),
        ).rows
