"""The cohort triangle, worked by hand."""

GIFTS = [
    (1, "2022-01-05", 10), (1, "2023-01-05", 10), (1, "2024-01-05", 40),
    (2, "2022-06-01", 30), (2, "2024-06-01", 10),
    (3, "2023-06-01", 50),
]  # fmt: skip


def test_triangle_worked_by_hand(measured) -> None:
    cells = measured(GIFTS, as_of="2025-01-01").cohorts

    assert [
        (c.cohort, c.age_years, c.donors, c.donors_share, c.amount_minor, c.amount_share)
        for c in cells
    ] == [
        (2022, 0, 2, 1.0, 4_000, 1.0),
        (2022, 1, 1, 0.5, 1_000, 0.25),
        (2022, 2, 2, 1.0, 5_000, 1.25),
        (2023, 0, 1, 1.0, 5_000, 1.0),
        # A year has passed and nobody gave: a true 0.
        (2023, 1, 0, 0.0, 0, 0.0),
    ]


def test_the_year_not_over_is_marked(measured) -> None:
    cells = measured(GIFTS, as_of="2024-07-01").cohorts

    assert [c.complete for c in cells] == [True, True, False, True, False]
