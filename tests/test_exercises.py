"""The check of an exercise takes every kind of right answer, and no wrong one."""

import numpy as np
import pytest

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf


@pytest.mark.parametrize(
    "answers",
    [
        [0.5, 2],
        (np.float32(0.5), 2.0),
        np.array([0.5, 2.0]),
        [tf.constant(0.5), tf.constant(2.0)],
        [np.array(0.5), 2.00001],
    ],
)
def test_right(answers, capsys):
    assert gt.check_answers(answers, [0.5, 2.0])
    assert capsys.readouterr().out.startswith("right: expected [0.5, 2.0], got [0.5, 2.0]")


@pytest.mark.parametrize(
    "answers", [[..., ...], [None, None], [0.5], [0.5, 2.1], [2.0, 0.5], ["a", "b"], [0.5, np.nan]]
)
def test_not_yet(answers, capsys):
    assert not gt.check_answers(answers, [0.5, 2.0])
    assert capsys.readouterr().out.startswith("not yet: expected [0.5, 2.0], got ")


def test_arrays_as_answers():
    assert gt.check_answers([np.array([1.0, 2.0]), [3, 4]], [[1, 2], [3, 4]])
    assert not gt.check_answers([[1, 2], [3]], [[1, 2], [3, 4]])
