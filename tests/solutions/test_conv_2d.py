"""The layer against loops in NumPy, and its variables against the contract."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from solutions.conv_2d import conv_2D

tf1 = tf.compat.v1

# float32 sums of at most a hundred products of order one.
CLOSE = {"rtol": 1e-4, "atol": 1e-4}


def padded(x: np.ndarray, window: tuple[int, int], strides: tuple[int, int]) -> np.ndarray:
    """Pad as TensorFlow's guide to SAME says: ceil(size / stride) results, the odd pixel at the end."""
    margins = []
    for size, length, stride in zip(x.shape[1:3], window, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + length - size, 0)
        margins.append((total // 2, total - total // 2))
    return np.pad(x, ((0, 0), *margins, (0, 0)))


def looped(x: np.ndarray, w: np.ndarray, b: np.ndarray, strides: tuple[int, int], padding: str) -> np.ndarray:
    k_h, k_w, _, n_output_ch = w.shape
    s_y, s_x = strides
    if padding == "SAME":
        x = padded(x, (k_h, k_w), strides)
    rows, columns = (x.shape[1] - k_h) // s_y + 1, (x.shape[2] - k_w) // s_x + 1
    out = np.zeros((x.shape[0], rows, columns, n_output_ch))
    for n in range(x.shape[0]):
        for i in range(rows):
            for j in range(columns):
                window = x[n, i * s_y : i * s_y + k_h, j * s_x : j * s_x + k_w, :]
                for c in range(n_output_ch):
                    out[n, i, j, c] = (window * w[:, :, :, c]).sum() + b[c]
    return out


def assigned(variable: Any, value: np.ndarray) -> Any:
    return tf1.assign(variable, value.astype(np.float32))


def outputs(x: np.ndarray, w: np.ndarray, b: np.ndarray, **arguments: Any) -> list[np.ndarray]:
    """Run a layer with weights of ours: op, h, w, b."""
    with tf.Graph().as_default():
        images = tf1.placeholder(tf.float32, (None, None, None, x.shape[3]))
        layer = conv_2D(images, w.shape[3], k_w=w.shape[1], k_h=w.shape[0], **arguments)
        assert len(layer) == 4
        assign = [assigned(layer[2], w), assigned(layer[3], b)]
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            session.run(assign)
            return session.run(list(layer), {images: x})


@pytest.mark.parametrize("padding", ["VALID", "SAME"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 3), (3, 1)])
@pytest.mark.parametrize("window", [(3, 3), (2, 4), (5, 1), (1, 1)])
def test_values(window: tuple[int, int], strides: tuple[int, int], padding: str) -> None:
    random = np.random.default_rng(3)
    x, w, b = random.normal(size=(2, 7, 9, 3)), random.normal(size=(*window, 3, 4)), random.normal(size=4)
    op, h, w_read, b_read = outputs(x, w, b, s_y=strides[0], s_x=strides[1], padding=padding)
    expected = looped(x, w, b, strides, padding)
    assert h.shape == expected.shape
    np.testing.assert_allclose(h, expected, **CLOSE)
    np.testing.assert_allclose(op, np.maximum(expected, 0), **CLOSE)
    np.testing.assert_array_equal(w_read, w.astype(np.float32))
    np.testing.assert_array_equal(b_read, b.astype(np.float32))


def doubled(h: tf.Tensor, times: float) -> tf.Tensor:
    return h * times


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (tf.nn.tanh, np.tanh),
        (lambda h: h - 1, lambda h: h - 1),
        (functools.partial(doubled, times=2), lambda h: 2 * h),
        (None, lambda h: h),
    ],
)
def test_activation_comes_last(activation: Any, expected: Callable[[np.ndarray], np.ndarray]) -> None:
    random = np.random.default_rng(4)
    x, w, b = random.normal(size=(1, 4, 4, 2)), random.normal(size=(3, 3, 2, 3)), random.normal(size=3)
    op, h, _, _ = outputs(x, w, b, activation=activation)
    np.testing.assert_allclose(h, looped(x, w, b, (1, 1), "VALID"), **CLOSE)
    np.testing.assert_allclose(op, expected(h), **CLOSE)


def test_activation_is_called_once_with_h() -> None:
    calls = []
    with tf.Graph().as_default():
        op, h, _, _ = conv_2D(tf.zeros((1, 5, 5, 1)), 2, activation=lambda h: calls.append(h) or -h)
        assert len(calls) == 1
        assert calls[0] is h
        assert op is not h


def test_no_activation_gives_h_itself() -> None:
    with tf.Graph().as_default():
        op, h, _, _ = conv_2D(tf.zeros((1, 5, 5, 1)), 2, activation=None)
        assert op is h


def test_defaults() -> None:
    with tf.Graph().as_default():
        op, _, w, b = conv_2D(tf.zeros((1, 6, 7, 2)), 4)
        assert tuple(op.shape.as_list()) == (1, 4, 5, 4)
        assert op.op.type == "Relu"
        assert (tuple(w.shape.as_list()), tuple(b.shape.as_list())) == ((3, 3, 2, 4), (4,))


def test_example_in_the_docstring() -> None:
    with tf.Graph().as_default():
        op, h, w, b = conv_2D(tf.zeros((8, 20, 30, 3)), 16, k_w=5, k_h=3, s_x=2, name="first")
        assert tuple(op.shape.as_list()) == tuple(h.shape.as_list()) == (8, 18, 13, 16)
        assert (w.op.name, b.op.name) == ("first/W", "first/b")
        assert (tuple(w.shape.as_list()), tuple(b.shape.as_list())) == ((3, 5, 3, 16), (16,))


@pytest.mark.parametrize(("name", "scope"), [("conv2d", "conv2d"), (None, "conv2d"), ("", "conv2d"), ("a/b", "a/b")])
def test_variables_are_named_by_the_scope_and_trainable(name: str | None, scope: str) -> None:
    with tf.Graph().as_default():
        conv_2D(tf.zeros((1, 5, 5, 1)), 2, name=name)
        assert sorted(v.op.name for v in tf1.trainable_variables()) == [f"{scope}/W", f"{scope}/b"]


def test_initial_values() -> None:
    k_h, k_w, n_input_ch, n_output_ch = 3, 5, 32, 64
    limit = np.sqrt(6 / (k_h * k_w * (n_input_ch + n_output_ch)))
    with tf.Graph().as_default():
        tf1.set_random_seed(5)
        _, _, w, b = conv_2D(tf.zeros((1, 9, 9, n_input_ch)), n_output_ch, k_w=k_w, k_h=k_h)
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            weights, bias = session.run([w, b])
    assert not bias.any()
    assert bias.shape == (n_output_ch,)
    assert np.abs(weights).max() <= limit
    # 30720 uniform draws: each quartile's share is 0.25 with a deviation of 0.0025, here eight of them.
    shares = np.histogram(weights, bins=4, range=(-limit, limit))[0] / weights.size
    np.testing.assert_allclose(shares, 0.25, atol=0.02)


def test_reuse_shares_the_variables() -> None:
    x = np.random.default_rng(6).normal(size=(1, 5, 5, 1))
    with tf.Graph().as_default():
        images = tf.constant(x, tf.float32)
        first, *_ = conv_2D(images, 2, name="shared")
        second, *_ = conv_2D(images, 2, name="shared", reuse=True)
        third, *_ = conv_2D(images, 2, name="shared", reuse=tf1.AUTO_REUSE)
        assert len(tf1.global_variables()) == 2
        with tf1.Session() as session:
            session.run(tf1.global_variables_initializer())
            values = session.run([first, second, third])
    np.testing.assert_array_equal(values[0], values[1])
    np.testing.assert_array_equal(values[0], values[2])


def test_auto_reuse_makes_what_is_not_there() -> None:
    with tf.Graph().as_default():
        conv_2D(tf.zeros((1, 5, 5, 1)), 2, reuse=tf1.AUTO_REUSE)
        assert len(tf1.global_variables()) == 2


def test_a_second_layer_of_the_same_name_is_an_error() -> None:
    with tf.Graph().as_default():
        conv_2D(tf.zeros((1, 5, 5, 1)), 2)
        with pytest.raises(ValueError, match="already exists"):
            conv_2D(tf.zeros((1, 5, 5, 1)), 2)


def test_reuse_of_what_is_not_there_is_an_error() -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match="does not exist"):
        conv_2D(tf.zeros((1, 5, 5, 1)), 2, reuse=True)


def test_two_names_are_two_layers() -> None:
    with tf.Graph().as_default():
        conv_2D(tf.zeros((1, 5, 5, 1)), 2, name="one")
        conv_2D(tf.zeros((1, 5, 5, 1)), 2, name="two")
        assert len(tf1.global_variables()) == 4
