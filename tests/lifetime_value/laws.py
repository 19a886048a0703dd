"""Histories and parameters for Hypothesis, as far as they can go."""

from hypothesis import strategies as st

from mecene.lifetime_value import histories

# e^±7: three decades either way of the ordinary.
positive = st.floats(-7.0, 7.0).map(lambda log: 2.718281828459045**log)


@st.composite
def yearly_past(draw, most=30):
    n = draw(st.integers(0, most))
    last = draw(st.integers(0, n))
    x = draw(st.integers(1, last)) if last else 0
    return histories.yearly([x], [last], [n])


@st.composite
def daily_past(draw):
    """Up to a million gifts over up to sixty years of days."""
    end = draw(st.integers(1, 22_000))
    last = draw(st.integers(0, end))
    x = draw(st.integers(1, 10) | st.integers(1, 1_000_000)) if last else 0
    return histories.daily([x], [last], [end])


def slopes_agree(objective, point, *, width=1e-5, tolerance=1e-6):
    """Whether the exact gradient is that of central differences, relative to the largest."""
    import numpy as np

    exact = objective(point)[1]
    steps = np.eye(len(point)) * width
    measured = np.array(
        [(objective(point + s)[0] - objective(point - s)[0]) / (2 * width) for s in steps]
    )
    return np.allclose(exact, measured, rtol=0, atol=tolerance * (1 + np.abs(measured).max()))
