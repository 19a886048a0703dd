"""Lexicon: the command line's own words."""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.cli")
say = LEXICON.say
