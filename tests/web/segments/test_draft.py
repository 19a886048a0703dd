"""What fields hold is what is drawn; whatever is typed in them, nothing breaks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from condition_rows import CONDITIONS
from mecene.conditions import drawing, language
from mecene_web.segments import draft, fields, plan
from mecene_web.segments.draft import DraftGroup, DraftRule

FIELDS = st.from_regex(
    r"(joint|name|sign|value|until|not|days|purpose)\.0(\.[0-3]){0,3}", fullmatch=True
)
NAMES = st.sampled_from(["gifts", "largest_gift_minor", "city", "last_gift_on", "deceased",
                         "consent", "interactions", "contacts", "in_segment", "nothing",
                         ""])  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["1", "2,5", "1 000", "true", "2025-01-31", "90", "appeal", "a; b"]),
)
RULES = st.builds(
    DraftRule, NAMES, st.sampled_from([*drawing.SIGNS, "?"]), TYPED, TYPED, st.booleans(),
    st.dictionaries(st.sampled_from(["kind", "channel", "days", "purpose", "code"]), TYPED),
)  # fmt: skip
JOINTS = st.sampled_from(["and", "or"])
GROUPS = st.recursive(
    st.builds(DraftGroup, JOINTS, st.booleans(), st.lists(RULES, max_size=3)),
    lambda inner: st.builds(DraftGroup, JOINTS, st.booleans(),
                            st.lists(st.one_of(RULES, inner), max_size=3)),
    max_leaves=4,
)  # fmt: skip


@given(GROUPS)
@settings(max_examples=400, deadline=None)
def test_what_is_filled_in_is_a_condition_that_reads_back_the_same(group):
    said = draft.drawn(group)
    if said is None:
        return
    text = drawing.text(said)
    if len(text) <= language.LONGEST:
        assert plan.understood(text).drawn == said
        again = draft.of(said)
        assert again is None or draft.drawn(again) == said


@given(CONDITIONS)
@settings(max_examples=200, deadline=None)
def test_what_a_text_says_is_filled_in_or_left_as_text(text):
    condition = plan.understood(text.replace("amount_minor", "gifts"))
    filled = draft.of(condition.drawn)
    if filled is not None:
        assert draft.drawn(filled) == drawing.plain(condition.drawn)


@given(st.dictionaries(
    FIELDS,
    TYPED, max_size=12), st.text(max_size=12))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_form_is_a_draft_and_any_button_leaves_one(told, action):
    draft.drawn(fields.changed(fields.read(told), action))
