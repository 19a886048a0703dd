"""Lexicon: the report's own words."""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.report")
say = LEXICON.say
labels = LEXICON.labels
