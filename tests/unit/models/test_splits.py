"""No training label reads a bar of the test fold, at any fold, for any lengths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kuznia.core.models.spec import Label, WalkForward
from kuznia.core.models.splits import label_end, walk_forward

lengths = st.integers(min_value=1, max_value=60)


@given(
    bars=st.integers(min_value=1, max_value=400),
    horizon=lengths,
    first_test=lengths,
    test=lengths,
    embargo=st.integers(min_value=0, max_value=30),
)
def test_no_training_label_touches_the_test_fold(
    bars: int, horizon: int, first_test: int, test: int, embargo: int
) -> None:
    validation = WalkForward(first_test=first_test, test=test, embargo=embargo)
    for fold in walk_forward(bars, Label(horizon=horizon), validation):
        last_read = max(label_end(bar, horizon) for bar in range(fold.train_end))
        assert last_read + embargo == fold.test_start - 1
        assert 0 < fold.train_end < fold.test_start < fold.test_end <= bars


@given(bars=st.integers(min_value=1, max_value=300), more=st.integers(min_value=0, max_value=200))
def test_more_bars_move_no_boundary(bars: int, more: int) -> None:
    label, validation = Label(horizon=5), WalkForward(first_test=40, test=25)
    short = list(walk_forward(bars, label, validation))
    long = list(walk_forward(bars + more, label, validation))
    for before, after in zip(short, long, strict=False):
        assert (before.number, before.train_end, before.test_start) == (
            after.number,
            after.train_end,
            after.test_start,
        )
        assert before.test_end <= after.test_end


def test_folds_are_contiguous_and_reach_the_last_bar() -> None:
    folds = list(walk_forward(1257, Label(horizon=5), WalkForward(first_test=504, test=126)))
    assert [fold.test_start for fold in folds[1:]] == [fold.test_end for fold in folds[:-1]]
    assert folds[0].test_start == 504
    assert folds[-1].test_end == 1257
