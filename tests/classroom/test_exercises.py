"""Test that the check of an exercise accepts every kind of right answer, and no wrong answer."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import gan_tutorial as gt

with gt.quiet():
    import tensorflow as tf


NO_ANSWER = "No answer yet: replace the dots with your own code.\n"
NO_NUMBER = "is neither a number nor an array of numbers"


@pytest.mark.parametrize(
    "answers",
    [
        [0.5, 2],
        (np.float32(0.5), 2.0),
        np.array([0.5, 2.0]),
        [tf.constant(0.5), tf.constant(2.0)],
        [np.array(0.5), 2.00001],
        [Fraction(1, 2), Decimal(2)],
        [tf.constant(0.5, tf.bfloat16), np.float16(2)],
        [np.ma.masked_array(0.5, False), 2 + 0],
    ],
)
def test_right(answers, capsys):
    assert gt.check_answers(answers, [0.5, 2.0])
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    ("answers", "difference"),
    [
        ([0.5, None], "answer 2 of 2 is None. Does your function return its result?"),
        (["0.5", "2"], "answer 1 of 2 is neither a number nor an array of numbers"),
        ([0.5, [2.0, [3.0]]], "answer 2 of 2 is neither a number nor an array of numbers"),
        ([0.5, 2.00012], "answer 2 of 2 contains 2.0001, which is too large"),
        ([0.5], "2 answers are needed, but 1 are given"),
        ([0.5, 2.1], "answer 2 of 2 contains 2.1, which is too large"),
        ([0.25, 2.0], "answer 1 of 2 contains 0.25, which is too small"),
        ([0.5, np.nan], "answer 2 of 2 contains nan, which is no number"),
        ([0.5, [2.0, 2.0]], "answer 2 of 2 has the shape (2,), but should have the shape ()"),
        (0.5, "2 answers are needed, but 1 are given"),
        (tf.constant(0.5), "2 answers are needed, but 1 are given"),
        ([0.5 + 1j, 2], f"answer 1 of 2 {NO_NUMBER}"),
        ([0.5, np.complex64(2)], f"answer 2 of 2 {NO_NUMBER}"),
        ([0.5, np.array(2 + 1j)], f"answer 2 of 2 {NO_NUMBER}"),
        ([b"0.5", 2], f"answer 1 of 2 {NO_NUMBER}"),
        ([np.array("0.5"), 2], f"answer 1 of 2 {NO_NUMBER}"),
        ([np.ma.masked_array(0.5, True), 2], f"answer 1 of 2 {NO_NUMBER}"),
        ([0.5, np.timedelta64(2)], f"answer 2 of 2 {NO_NUMBER}"),
        ([0.5, 10**400], "answer 2 of 2 contains inf, which is too large"),
        ([-(10**400), 2], "answer 1 of 2 contains -inf, which is too small"),
        ({0.5: 1, 2.0: 2}, "the answers must be a list or a tuple, but they are a dict"),
        ({0.5, 2.0}, "the answers must be a list or a tuple, but they are a set"),
    ],
)
def test_not_yet(answers, difference, capsys):
    assert not gt.check_answers(answers, [0.5, 2.0])
    sentence = difference if difference.endswith("?") else f"{difference}."
    assert capsys.readouterr().out == f"Not yet: {sentence}\n"


@pytest.mark.parametrize("answers", [..., [..., ...], [0.5, ...]])
def test_no_answer_yet(answers, capsys):
    assert not gt.check_answers(answers, [0.5, 2.0])
    assert capsys.readouterr().out == NO_ANSWER


def test_a_function_that_returns_nothing_is_told_so(capsys):
    assert not gt.check_answers(None, [0.5, 2.0])
    assert capsys.readouterr().out == (
        "Not yet: the answer is None. Does your function return its result?\n"
    )


def test_a_bare_number_is_one_answer(capsys):
    assert gt.check_answers(0.5, [0.5])
    assert not gt.check_answers(np.float32(0.6), [0.5])
    assert capsys.readouterr().out == (
        "Right.\nNot yet: answer 1 of 1 contains 0.6, which is too large.\n"
    )


def test_arrays_as_answers(capsys):
    assert gt.check_answers([np.array([1.0, 2.0]), [3, 4]], [[1, 2], [3, 4]])
    assert not gt.check_answers([[1, 2], [3, 5]], [[1, 2], [3, 4]])
    assert "answer 2 of 2 contains 5, which is too large" in capsys.readouterr().out


def test_arrays_of_other_lengths(capsys):
    assert gt.check_answers(iter([(tf.constant(1.0), 2.0), 3.0]), [[1, 2], 3])
    assert not gt.check_answers([204_802], [204_800])


def test_a_mistake_in_the_answer_is_a_students_to_see():
    with pytest.raises(TypeError, match="unhashable"):
        gt.check_answers(map(hash, ([],)), [0.5])
