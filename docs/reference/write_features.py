"""Write the tables of features.md again, from the dictionary."""

from pathlib import Path

from mecene.features import dictionary

MARKER = "<!-- Below: `python docs/reference/write_features.py` -->\n"

page = Path(__file__).parent / "features.md"
rules, _, _ = page.read_text(encoding="utf-8").partition(MARKER)
page.write_text(f"{rules}{MARKER}\n{dictionary.page()}", encoding="utf-8")
