"""What hold-outs said is read from a small file, as any spreadsheet writes it."""

import pytest

from mecene.attribution import causes
from mecene.attribution.credit import Caused


def written(tmp_path, *lines):
    file = tmp_path / "causes.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    return file


def test_commas_and_semicolons_points_and_commas_say_the_same(tmp_path) -> None:
    english = causes.read(written(tmp_path, "channel,acts,low,high", "post,12.5,-7.1,32.1"))
    french = causes.read(written(tmp_path, "channel;acts;low;high", "post ; 12,5;-7,1;32,1"))

    assert english == french
    # 19.6 on each side of the estimate, at 95 %.
    assert english["post"] == Caused(12.5, -7.1, 32.1, pytest.approx(10.0, rel=1e-4))


@pytest.mark.parametrize(
    ("lines", "row", "column"),
    [
        (("channel,acts,low",), 0, "high"),
        (("channel,acts,low,high", "post,many,1,2"), 1, "acts"),
        (("channel,acts,low,high", "post,1,0,2", "email,1,0"), 2, "high"),
        (("channel,acts,low,high", "post,1,0,nan"), 1, "high"),
        (("channel,acts,low,high", "post,3,0,2"), 1, "high"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path, lines, row, column) -> None:
    with pytest.raises(causes.UnreadableCauses) as refused:
        causes.read(written(tmp_path, *lines))

    assert (refused.value.row, refused.value.column) == (row, column)
