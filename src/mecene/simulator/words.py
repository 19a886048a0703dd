"""The words the simulator's numbers stand for: channels, methods, reasons, codes."""

NEVER = 10_000_000  # a day that never comes
NONE = -1  # no donor, no campaign, no word

CAME_BY = ("mail", "web", "street", "door", "phone", "event", "referral", "petition")
MAIL, WEB, STREET, DOOR, PHONE, EVENT, REFERRAL, PETITION = range(len(CAME_BY))

DONOR_KINDS = ("person", "household", "organisation")
PERSON, HOUSEHOLD, ORGANISATION = range(len(DONOR_KINDS))

GENDERS = ("f", "m")

GIFT_KINDS = ("one_off", "instalment", "membership_fee", "in_kind", "corporate", "legacy")
ONE_OFF, INSTALMENT, FEE, IN_KIND, CORPORATE, LEGACY = range(len(GIFT_KINDS))

STATUSES = ("received", "refunded", "failed")
RECEIVED, REFUNDED, FAILED = range(len(STATUSES))

METHODS = ("card", "cheque", "direct_debit", "transfer", "cash", "other")
CARD, CHEQUE, DEBIT, TRANSFER, CASH, OTHER = range(len(METHODS))

END_REASONS = ("voluntary", "involuntary", "deceased", "technical")
VOLUNTARY, INVOLUNTARY, DECEASED, TECHNICAL = range(len(END_REASONS))

CHANNELS = ("post", "email", "phone", "face_to_face")
BY_POST, BY_EMAIL, BY_PHONE, FACE_TO_FACE = range(len(CHANNELS))

FUNDS = ("Là où c'est le plus utile", "Accueil", "Jeunesse", "Urgence")
WHEREVER, SHELTER, YOUTH, EMERGENCY = range(len(FUNDS))

# Bank reason codes of a failed debit, and what each leads to: tried again next month, put
# right by a new IBAN or the commitment lost, ended by the donor. Shares are assumed; the
# codes are those of the SEPA scheme (Lemonway and Worldline lists).
CODES = ("AM04", "MS03", "AC04", "AC01", "AC06", "AG01", "MD01", "MD06", "MS02", "MD07")
CODE_SHARES = (0.52, 0.22, 0.08, 0.03, 0.02, 0.02, 0.05, 0.03, 0.03, 0.0)
SOFT_CODES = (0, 1)
ACCOUNT_CODES = (2, 3, 4, 5)
REFUSAL_CODES = (6, 7, 8)
DECEASED_CODE = 9
CARD_CODES = ("expired_card", "insufficient_funds", "do_not_honor")

# What a content speaks to, and what moves a person: stories, figures, a call to act.
MOTIVES = ("émotionnel", "rationnel", "engagé")
EMOTIONAL, RATIONAL, COMMITTED = range(len(MOTIVES))

DEVICES = ("phone", "tablet", "computer")

WHY_SILENT = ("deceased", "objected", "moved", "blow", "drifted")
