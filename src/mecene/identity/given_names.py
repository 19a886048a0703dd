"""Given names: which are known, whose they are, and which are one name said otherwise.

Two known given names that differ are two people (Jean and Jeanne are one letter apart and
share a roof); an unknown one close to a known one may be a slip of the hand. The lists hold
the given names most borne in France since 1920, folded (no accents, lower case).
"""

_WOMEN = """
adele adeline adrienne agathe agnes aicha aimee alberte albertine alexandra alexia alice alicia
aline alix amandine ambre amelie amina anais andree anette angele angelina angelique anita anna
annabelle anne annick annie antoinette apolline ariane arlette armelle astrid aude audrey aurelie
aurore axelle barbara beatrice benedicte berengere bernadette berthe betty blanche blandine
brigitte camille candice capucine carine carla carole caroline catherine cecile celestine celia
celine chantal charlene charlotte chloe christel christelle christiane christine cindy claire clara
clarisse claudette claudie claudine clea clemence clementine clotilde colette constance coralie
corinne cyrielle danielle daniele deborah delphine denise diane dominique dorothee edith edwige
elena eleonore eliane elisa elisabeth elise ella elodie eloise elsa elvire emilie emma emmanuelle
estelle esther eugenie eva eve eveline evelyne fabienne fanny fatiha fatima fatma faustine felicie
fernande flavie fleur flora florence florine france francine francoise frederique gabrielle gaelle
genevieve georgette geraldine germaine ghislaine gilberte gisele ginette gwenaelle gwendoline hanna
hannah helene heloise henriette hermine honorine hortense huguette ida ines ingrid irene iris
isabelle isaure jacqueline jade jane janine jeanine jeanne jeannette jeannine jennifer jessica
joelle johanna josette josephine josiane judith julia juliane julie julienne juliette justine karima
karine katia katy khadija laetitia laura laure laurence lea leila lena leonie leontine leslie
liliane
lily lina linda lisa lise lola lorraine lou louane louise luce lucette lucie lucienne lucile
ludivine lydia lydie mado madeleine mae maelle maeva magali magalie malika manon marceline marcelle
margaux margot marguerite maria mariam marianne marie marielle mariette marilyne marina marine
marion marjorie marlene marthe martine mathilde maud mauricette maryline maryse maryvonne mauve
megane melanie melina melissa melodie micheline michele michelle mireille monique morgane muriel
mylene myriam nadege nadia nadine nancy natacha natalia nathalie nelly nicole nina ninon noelle
noemie nora oceane odette odile olga olivia olympe ophelie orane pascale patricia paule paulette
pauline peggy perrine philippine pierrette priscilla prune rachel rachida raymonde rebecca regine
reine rejane renee rita rolande romane rosa rose roseline roxane sabine sabrina salome samia samira
sandra sandrine sara sarah sasha severine sidonie simone sixtine solange solene soline sonia sophie
stella stephanie suzanne suzy sybille sylviane sylvie tania tatiana thais therese tiphaine valentine
valerie vanessa vera veronique victoire victoria violaine violette virginie viviane wendy yasmina
yasmine yolande yvette yvonne zelie zoe zohra
"""
_MEN = """
aaron abdel abel achille adam adrien ahmed aime alain alan alban albert alexandre alexis
alfred ali alphonse amaury amine anatole andre ange anthony antoine antonin antony antonio ariel
aristide armand armel arnaud arthur aubin auguste augustin aurelien aymeric bastien baptiste
barthelemy basile benjamin benoit bernard bertrand boris brice brieuc bruno bryan carlos cedric
celestin cesar charles charly christian christophe christopher claude clement clovis come
constant constantin corentin corneille cyprien cyril cyrille damien daniel david denis desire didier
diego dimitri donatien dorian dylan edgar edmond edouard eliott elie eliot emile emilien emmanuel
enzo eric ernest erwan esteban etienne eugene evan fabien fabrice fabricio faustin felicien felix
ferdinand fernand florent florentin florian francis francisco franck francois frank frederic
gabin gabriel gael gaetan gaspard gaston gauthier gautier geoffrey geoffroy georges gerald gerard
germain ghislain gilbert gildas gilles gontran gregoire gregory guilhem guillaume gustave guy
gwenael
hadrien hamid hassan hector henri herve hicham hilaire hippolyte honore hubert hugo hugues ibrahim
igor ilan isaac ismael ivan jacky jacques jason jean jeremie jeremy jerome joan joachim joel johan
johann johnny jonas jonathan jordan jorge jose joseph joris josue jules julien julian justin karim
kevin khaled kylian lambert laurent leandre leo leon leonard leopold lilian lionel loic lorenzo
loris louis luc luca lucas lucien ludovic mael malo manuel marc marceau marcel marco marin mario
marius martial martin marvin mateo mathias mathieu mathis mathurin matteo matthias matthieu maurice
maxence maxime maximilien mehdi mickael michel miguel mohamed morgan mourad mustapha nabil
nadir nathan nathanael nicolas nils noah noe noel norbert octave olivier omar oscar pablo pascal
patrice patrick paul paulin pedro philibert philippe pierre pierrick prosper quentin rachid rafael
raoul raphael raymond regis remi remy renaud rene reynald richard robert robin roch rodolphe
rodrigue roger roland romain romaric romuald ruben sacha said salomon salvatore sami samir samuel
samy sebastien serge sidney simon stanislas stephane steve steven sullivan sylvain sylvestre tanguy
teddy theo theodore theophile thibaud thibault thierry thomas timothe timothee titouan tom tony
toussaint tristan ugo ulysse urbain valentin valere valery victor vincent vivien wilfried william
xavier yacine yael yanis yann yannick yannis yoann yohan youssef yvan yves yvon zacharie
"""
_EITHER = "camille claude dominique alix sasha sacha morgan lou ange armel yael andrea leslie"

# One name said otherwise. Only those that are nobody else's name: Jean is not short for Jeanne.
_SAID_OTHERWISE = """
alexandre alexandr alexendre,anne-marie annemarie,anthony antony,
catherine cath cathy kathy katherine catherina,christelle christel,christophe cristophe,
daniele danielle danièle,elisabeth elizabeth babeth lisabeth,emmanuelle emmanuele,
evelyne eveline,frederic frederick,gauthier gautier,georges george,ghislaine guislaine,
guillaume guillem guigui,jean-baptiste jb jeanbaptiste,jean-claude jeanclaude,
jean-francois jeanfrancois jef,jean-louis jeanlouis,jean-luc jeanluc,jean-marc jeanmarc,
jean-michel jeanmichel jeanmi,jean-paul jeanpaul,jean-philippe jeanphilippe,
jean-pierre jeanpierre,jeanine jeannine janine,jeremie jeremy,joelle joele,josephine josefine,
laetitia letitia,ludovic ludo,madeleine madelaine mado,magali magalie,marguerite margueritte,
marie-claude marieclaude,marie-christine mariechristine,marie-france mariefrance,
marie-helene mariehelene,marie-therese marietherese maite,mathieu matthieu mathieux,
mathias matthias,michele michelle,mickael michael mikael mike,
mohamed mohammed mohammad mouhamed,nathalie nath nathaly natalie,philippe filippe,
raphael rafael,remi remy,stephanie stephany,suzanne suzy,francoise fanfan,bernadette nadette,
sylvie silvie,therese thereze,
thibault thibaut thibaud,timothee timothe,veronique vero,yoann yohan yohann yoan,
yannick yanick
"""


def _folded(name: str) -> str:
    return name.strip().replace("-", " ").replace("è", "e")


OTHERWISE: dict[str, str] = {
    _folded(said): _folded(group.split()[0])
    for group in _SAID_OTHERWISE.replace("\n", "").split(",")
    for said in group.split()[1:]
}
GENDER: dict[str, str] = (
    dict.fromkeys(_WOMEN.split(), "f")
    | dict.fromkeys(_MEN.split(), "m")
    | dict.fromkeys(_EITHER.split(), "x")
)
# Said short, but short for several: Fred is Frédéric or Frédérique.
_SHORT = """
adri al alex ben cathy chris clem dan dom domi ed fab fanfan flo fred gab geo greg guigui guy jo
joe jon jul lau leo lolo ludo lulu manu mat mathi max mel nad nat nath nico oliv pat phil ray
rob sam seb stef steph tim tom tony ty val vero vince virg xav yan
"""
SHORT: frozenset[str] = frozenset(_SHORT.split()) - frozenset(GENDER)
KNOWN: frozenset[str] = frozenset(GENDER) | frozenset(OTHERWISE) | frozenset(OTHERWISE.values())
