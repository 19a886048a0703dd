"""The words invented people are named and housed with."""

_COMMON = """
Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre
Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent
Müller Lefebvre Mercier Faure André Blanc Guérin Boyer Garnier Chevalier François Legrand
Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand
Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière
Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal
Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre
Benoît Rey
"""
COMMON = _COMMON.split()
_WOMEN = """
Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine
Madeleine Nicole Suzanne Hélène Christine Marguerite Denise Louise Christiane Yvonne Michèle
Céline Élodie Sophie Julie Camille Léa Émilie Aurélie Sandrine Valérie Véronique Stéphanie
Caroline Claire Laurence Danielle Marie-Claude Anne-Sophie Odile Agnès Zoé Inès Aïcha Thaïs
"""
WOMEN = _WOMEN.split()
_MEN = """
Jean Pierre Michel André Philippe Alain Bernard Jacques Daniel René Gérard Christophe Nicolas
Frédéric François Thierry Stéphane Claude Laurent Éric Patrick Julien Sébastien Mathieu Thomas
Olivier Louis Paul Antoine Guillaume Rémi Cédric Jérôme Jean-Pierre Jean-Marc Jean-Luc Hugo
Maxime Xavier Vincent Yves Gilles Théo Loïc Karim Mehdi
"""
MEN = _MEN.split()
_RARE_FIRST = """
Oriane Maïwenn Tancrède Anselme Sibylline Azélie Lubin Ysé Eudoxie Gaëlig Philéas
"""
RARE_FIRST = _RARE_FIRST.split()
NICK = {
    "Frédéric": "Fred", "Stéphanie": "Steph", "Mathieu": "Matthieu", "Christophe": "Chris",
    "Sébastien": "Seb", "Nathalie": "Natalie", "Philippe": "Phil", "Nicolas": "Nico",
    "Jean-Pierre": "JP", "Jean-Marc": "Jean Marc", "Véronique": "Véro", "Rémi": "Rémy",
    "Michèle": "Michelle", "Danielle": "Danièle", "Marie-Claude": "Marie Claude",
}  # fmt: skip
_STREETS = """
rue de la République, rue Victor Hugo, avenue Jean Jaurès, place de l'Église, chemin des Vignes,
rue du Général de Gaulle, boulevard Gambetta, rue des Lilas, allée des Tilleuls, impasse du
Moulin, route de Saint-Étienne, rue Pasteur, rue de Verdun, avenue du 8 Mai 1945, rue
Saint-Martin, quai des Belges, rue Émile Zola, rue de la Gare, rue Neuve, rue des Écoles
"""
STREETS = [part.strip() for part in _STREETS.replace("\n", " ").split(",")]
DOMAINS = ("gmail.com", "orange.fr", "free.fr", "wanadoo.fr", "hotmail.fr", "laposte.net")
_SYLLABLES = """
ba be bo bri ca char cor da del dre fa fer fou ga gau gri la lan le lo ma mar mo nau per pi por
quen ra ri ro sa sau ta ter tou tri va ver vi
"""
SYLLABLES = _SYLLABLES.split()
_ENDINGS = """
rd t ux n l rin let neau dier gnon sson ville court chet
"""
ENDINGS = _ENDINGS.split()
