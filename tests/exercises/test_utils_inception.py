"""inception: the models that ship, and the preparation of their images."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from exercises.utils import images, inception
from grader import material, models

PHOTOGRAPHS = ("chelsea", "coffee", "rocket", "astronaut", "motorcycle_left")


def ancestors(graph_def: tf.compat.v1.GraphDef, name: str) -> set[str]:
    """Walk back from a node along all its inputs, control inputs too."""
    inputs = {node.name: [i.removeprefix("^").partition(":")[0] for i in node.input] for node in graph_def.node}
    found: set[str] = set()
    todo = [name]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += inputs[node]
    return found


def pruned(graph_def: tf.compat.v1.GraphDef) -> tf.compat.v1.GraphDef:
    keep = ancestors(graph_def, "output")
    kept = tf.compat.v1.GraphDef(versions=graph_def.versions)
    kept.node.extend(node for node in graph_def.node if node.name in keep)
    return kept


def probabilities(graph_def: tf.compat.v1.GraphDef, *batches: np.ndarray) -> list[np.ndarray]:
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="inception")
    with tf.compat.v1.Session(graph=graph) as session:
        return [session.run("inception/output:0", {"inception/input:0": batch}) for batch in batches]


@pytest.fixture(scope="module")
def shipped() -> tuple[tf.compat.v1.GraphDef, list[str]]:
    return inception.get_inception_model()


def test_known_top_five(shipped: tuple[tf.compat.v1.GraphDef, list[str]]) -> None:
    """The numbers of the published weights, for a centre crop resized to 224 (bicubic), through the pruned graph.

    They are known to three digits, so half a digit may be missing; convolutions of other machines differ by about
    1e-5. A mistake in padding or folding moves them by more than 0.01.
    """
    graph_def, labels = shipped
    batches = []
    for name in ("chelsea", "coffee"):
        square = inception.training_img_to_display(inception.prepare_training_img(images.load(name), resize=False))
        small = Image.fromarray(square).resize((224, 224), Image.Resampling.BICUBIC)
        batches.append(inception.prepare_training_img(np.asarray(small), crop=False, resize=False)[None])

    chelsea, coffee = (batch[0] for batch in probabilities(pruned(graph_def), *batches))

    assert list(np.argsort(-chelsea)[:5]) == [285, 282, 281, 287, 728]
    np.testing.assert_allclose(chelsea[[285, 282, 281, 287, 728]], [0.385, 0.332, 0.163, 0.034, 0.002], atol=6e-4)
    assert [labels[number] for number in (285, 282, 281, 287)] == ["Egyptian cat", "tiger cat", "tabby", "lynx"]
    assert np.argmax(coffee) == 967
    assert coffee[967] == pytest.approx(0.940, abs=6e-4)
    assert labels[967] == "espresso"


def test_default_preparation_gives_the_same_cats(shipped: tuple[tf.compat.v1.GraphDef, list[str]]) -> None:
    graph_def, labels = shipped
    prepared = inception.prepare_training_img(images.load("chelsea"))
    photograph = images.load("chelsea").astype(np.float32) - 117

    (square,), (whole,) = probabilities(graph_def, prepared[None], photograph[None])

    assert [labels[number] for number in np.argsort(-square)[:3]] == ["Egyptian cat", "tiger cat", "tabby"]
    assert square.shape == whole.shape == (1000,)
    assert whole.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "tiny"])
def test_nodes_are_where_the_tutorial_put_them(name: str) -> None:
    graph_def, labels = inception.get_inception_model(name)

    assert {node.device for node in graph_def.node} == {"/cpu:0"}
    assert {"input", "output", "output1", "output2"} <= {node.name for node in graph_def.node}
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
    assert graph.get_tensor_by_name("input:0").shape.as_list() == [None, None, None, 3]
    assert graph.get_tensor_by_name("output:0").shape.as_list() == [None, len(labels)]
    assert graph.get_tensor_by_name("output1:0").shape.as_list() == [None, len(labels)]


@pytest.mark.parametrize("name", ["efficientnet_lite0", "tiny"])
def test_auxiliary_heads_and_training_nodes_fall_away(name: str) -> None:
    graph_def, _ = inception.get_inception_model(name)
    spare = {node.name for node in graph_def.node} - ancestors(graph_def, "output")

    assert {"output1", "output2", "training_only/labels", "training_only/loss"} <= spare
    assert all(n.startswith(("aux_head_1/", "aux_head_2/", "training_only/", "output1", "output2")) for n in spare)
    assert len(spare) > len(graph_def.node) / 5
    assert "preprocess/ready" not in spare
    assert not any(node.name.startswith(("aux_", "training_")) for node in pruned(graph_def).node)


def test_a_control_edge_lies_on_the_way_to_the_output() -> None:
    graph_def, _ = inception.get_inception_model("tiny")
    main = pruned(graph_def)

    assert any(name.startswith("^") for node in main.node for name in node.input)
    assert any(name.endswith(":1") for node in main.node for name in node.input)


def test_tiny_model_tells_the_photographs_and_the_mistakes_apart() -> None:
    graph_def, labels = inception.get_inception_model("tiny")
    prepared = [inception.prepare_training_img(images.load(name)) for name in PHOTOGRAPHS]
    mistakes = {
        "blue first": lambda x: x[..., ::-1],
        "upside down": lambda x: x[::-1],
        "rows for columns": lambda x: x.transpose(1, 0, 2),
        "117 not subtracted": lambda x: x + 117,
        "divided by 255": lambda x: (x + 117) / 255,
        "divided by 128": lambda x: x / 128,
    }
    batches = [x[None] for x in prepared] + [f(x)[None] for f in mistakes.values() for x in prepared]

    found = [batch[0] for batch in probabilities(graph_def, *batches)]

    right, wrong = found[: len(prepared)], found[len(prepared) :]
    # Single precision gives these sums to about 1e-6; 0.02 is a difference that no tolerance hides.
    for number, one in enumerate(right):
        assert one.shape == (len(labels),)
        assert 0.1 < one.max() < 0.9
        assert all(np.abs(one - other).max() > 0.02 for other in right[:number])
        assert all(np.abs(one - other).max() > 0.02 for other in wrong[number :: len(prepared)])


def test_each_call_gives_a_copy_of_ones_own(shipped: tuple[tf.compat.v1.GraphDef, list[str]]) -> None:
    graph_def, labels = inception.get_inception_model("tiny")
    graph_def.node[0].name = "mine"
    del graph_def.node[5:]
    labels.clear()

    again, labels_again = inception.get_inception_model("tiny")

    assert again.node[0].name == "input"
    assert len(again.node) > 5
    assert len(labels_again) == 12


def test_unknown_model_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="no model 'resnet'; there are: efficientnet_lite0, tiny, inception5h"):
        inception.get_inception_model("resnet")


def test_inception5h_is_read_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `grader` on the path, as in a student's folder, the file that was fetched is found all the same."""
    folder = tmp_path / "course"
    shutil.copytree(material.exercises() / "utils", folder / "utils")
    cached = tmp_path / "cache" / "inception5h"
    cached.mkdir(parents=True)
    graph, labels = (member.name for member in models.SOURCES["inception5h"].members)
    shutil.copy(material.fixtures() / "models/tiny.pb", cached / graph)
    (cached / labels).write_text("dummy\nkit fox\n", encoding="utf-8")
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); sys.modules['grader'] = None\n"
        "from utils import inception\n"
        "g, l = inception.get_inception_model('inception5h')\n"
        "print(len(g.node), len(l), l[:3])\n"
        "os.environ['GRADER_MODELS'] = sys.argv[1]\n"
        "inception.get_inception_model('inception5h')\n"
    )
    monkeypatch.setenv("GRADER_MODELS", str(tmp_path / "cache"))

    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    nodes = len(inception.get_inception_model("tiny")[0].node)
    assert ran.stdout == f"{nodes} 1008 ['dummy', 'kit fox', '(no class 2)']\n"
    assert ran.stderr.endswith(
        f"FileNotFoundError: the model inception5h is not here yet, in {folder}; where the course's grader is "
        "installed, run: grader models fetch inception5h\n"
    )


def test_inception5h_is_fetched_where_the_grader_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_MODELS", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")

    with pytest.raises(models.ModelError, match=r"stopped after 0 bytes.* grader models fetch inception5h --from"):
        inception.get_inception_model("inception5h")


def test_both_sides_keep_downloads_in_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_MODELS", raising=False)
    assert inception._cache_folder() == models.cache_folder()
    monkeypatch.setenv("GRADER_MODELS", "elsewhere")
    assert inception._cache_folder() == models.cache_folder() == Path("elsewhere")


def test_preparing_crops_the_middle_and_subtracts() -> None:
    image = np.arange(4 * 7 * 3, dtype=np.uint8).reshape(4, 7, 3)
    before = image.copy()

    prepared = inception.prepare_training_img(image, resize=False)

    assert prepared.dtype == np.float32
    np.testing.assert_array_equal(prepared, image[:, 1:5].astype(np.float32) - 117)
    np.testing.assert_array_equal(image, before)


def test_preparing_resizes_to_height_and_width() -> None:
    prepared = inception.prepare_training_img(images.load("chelsea"), img_size=(32, 64))

    assert prepared.shape == (32, 64, 3)
    assert inception.prepare_training_img(images.load("chelsea")).shape == (256, 256, 3)
    assert inception.prepare_training_img(images.load("chelsea"), crop=False, resize=False).shape == (300, 451, 3)


def test_grey_is_repeated_and_transparency_dropped() -> None:
    grey = np.arange(16, dtype=np.uint8).reshape(4, 4)
    colour = np.random.default_rng(0).integers(0, 256, (4, 4, 4), dtype=np.uint8)
    prepare = inception.prepare_training_img

    np.testing.assert_array_equal(prepare(grey, resize=False), np.stack([grey] * 3, axis=2) - np.float32(117))
    np.testing.assert_array_equal(prepare(grey[..., None]), prepare(grey))
    np.testing.assert_array_equal(prepare(colour), prepare(colour[:, :, :3]))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_from_zero_to_one_become_bytes(dtype: type) -> None:
    image = (np.arange(256).reshape(16, 16) / 255).astype(dtype)

    prepared = inception.prepare_training_img(image, resize=False)

    np.testing.assert_array_equal(prepared[..., 0].ravel(), np.arange(256) - 117)


def test_other_integers_and_booleans_are_taken() -> None:
    image = np.arange(256).reshape(16, 16)

    np.testing.assert_array_equal(
        inception.prepare_training_img(image), inception.prepare_training_img(image.astype(np.uint8))
    )
    assert set(inception.prepare_training_img(np.eye(4, dtype=bool), resize=False).ravel()) == {-117, 138}


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.full((2, 2), 1.5), "values from 1.5 to 1.5; float64 images go from 0 to 1"),
        (np.full((2, 2), -1), "values from -1 to -1; int64 images go from 0 to 255"),
        (np.full((2, 2), np.nan), "values from nan to nan"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\); expected \(height, width, 3\)"),
        (np.zeros((0, 2, 3)), r"shape \(0, 2, 3\)"),
        (np.zeros((2, 2), complex), "dtype complex128"),
    ],
)
def test_what_is_no_image_is_refused(image: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        inception.prepare_training_img(image)


def test_displaying_undoes_preparing() -> None:
    photograph = images.load("coffee")
    prepared = inception.prepare_training_img(photograph, crop=False, resize=False)

    np.testing.assert_array_equal(inception.training_img_to_display(prepared), photograph)
    np.testing.assert_array_equal(
        inception.training_img_to_display(np.array([-200, -117, -116.6, 0, 138, 500])), [0, 0, 0, 117, 255, 255]
    )
