"""What the subgraph exercise is asked: which nodes of small graphs, and of a model that ships, are kept, moved, loaded.

What has to come along with the nodes is asked by `subgraph_kept`.
"""

import msgspec
import numpy as np
from hypothesis import strategies as st

from grader.cases.subgraph_kept import Kept, ask_kept
from grader.cases.subgraph_lines import CPU, DEVICES, PRODUCER, ancestors, graph
from grader.cases.subgraph_words import renamed
from grader.inside import wire

PREFIX = "inception"
_NAMES = (
    "input", "conv", "conv_1", "conv_10", "block/conv", "block/conv/bias", "block_2/add", "head", "head/pool", "mix",
)  # fmt: skip


class Cut(msgspec.Struct, frozen=True):
    """A graph and the outputs that are wanted of it; no outputs means that the argument is left out."""

    lines: tuple[str, ...]
    outputs: tuple[str, ...] = ()

    def of_seed(self, seed: int) -> "Cut":
        """Return the same graph with other names."""
        return Cut(*renamed((self.lines, self.outputs), seed))


class Unknown(msgspec.Struct, frozen=True):
    """An output that the graph does not have, asked for alone or (`beside`) with one that it has."""

    cut: Cut
    missing: str
    beside: bool


class Move(msgspec.Struct, frozen=True):
    """Nodes with these devices, to be moved; `device` is "" where the argument is left out; names begin with `name`."""

    devices: tuple[str, ...]
    device: str = ""
    name: str = "stage"

    def of_seed(self, seed: int) -> "Move":
        """Return the same nodes with other names."""
        ((name,),) = renamed([(self.name,)], seed)
        return msgspec.structs.replace(self, name=name)


class Load(msgspec.Struct, frozen=True):
    """Graphs to load under one prefix ("" where the argument is left out), and numbers to feed them.

    The first is made of `lines`, then each of `others` of its own; all nodes ask for `device`.
    """

    lines: tuple[str, ...]
    prefix: str = ""
    others: tuple[tuple[str, ...], ...] = ()
    fed: tuple[float, ...] = (1.0, -2.0, 3.0, -4.0)
    device: str = ""

    def of_seed(self, seed: int) -> "Load":
        """Return graphs whose nodes have other names and compute something else; `input` is fed, so it stays."""
        lines, *others = renamed((self.lines, *self.others), seed, same_length=False)
        return msgspec.structs.replace(self, lines=lines, others=tuple(others))


class Shipped(msgspec.Struct, frozen=True):
    """A model that ships, with the seed of the picture that is shown to what remains of it ("no picture": None)."""

    name: str
    outputs: tuple[str, ...] = ()
    picture: int | None = None


def ask_cut(case: Cut) -> wire.Program:
    """Ask for the part of a graph that its outputs need."""
    return wire.Program("", (_cut(graph(case.lines), case.outputs),))


def _cut(nodes: wire.Nodes, outputs: tuple[str, ...]) -> wire.Call:
    return wire.Call("extract_main_graph", (nodes, wire.Items(outputs)) if outputs else (nodes,))


def ask_kept_or_cut(case: Kept | Cut) -> wire.Program:
    """Ask for all but one dead node of a chain, or for a part of a plain graph."""
    return ask_cut(case) if isinstance(case, Cut) else ask_kept(case)


def maze() -> Cut:
    """Return a chain with 40 shortcuts, so 2^40 ways lead through it: a walk that forgets where it was never ends.

    Networks with residual blocks are such. It is 80 nodes deep, which a right walk that calls itself bears. There is no
    loop in it: whether a right answer must bear one is not said.
    """
    lines, last = ["image"], "image"
    for number in range(39):
        lines += [f"way_{number} {last}", f"both_{number} {last} way_{number}"]
        last = f"both_{number}"
    return Cut((*lines, f"way {last}", f"output {last} way", "loss output"))


def ask_unknown(case: Unknown) -> wire.Program:
    """Ask for an output that is there, and in a second call for one that is not."""
    nodes = graph(case.cut.lines)
    outputs = case.cut.outputs or ("output",)
    asked = (case.missing, *outputs) if case.beside else (case.missing,)
    return wire.Program("", (_cut(nodes, outputs), _cut(nodes, asked)))


def ask_move(case: Move) -> wire.Program:
    """Ask for nodes of given devices to be moved."""
    name = case.name
    lines = [f"{name}0", *(f"{name}{i} {name}{i - 1}" for i in range(1, len(case.devices) + 1))]
    nodes = graph(lines[: len(case.devices)])
    placed = tuple(
        msgspec.structs.replace(node, device=device) for node, device in zip(nodes.nodes, case.devices, strict=True)
    )
    args = (wire.Nodes(placed, {}, PRODUCER), *((case.device,) if case.device else ()))
    return wire.Program("", (wire.Call("place_on_device", args),))


def ask_load(case: Load) -> wire.Program:
    """Ask for graphs under a prefix, while another graph is the default one, and run what came."""
    graphs = [graph(lines, case.device) for lines in (case.lines, *case.others)]
    said = (case.prefix,) if case.prefix else ()
    prefix = case.prefix or PREFIX
    fed = wire.array(np.array(case.fed, np.float32))
    runs = tuple(
        wire.Run((f"{prefix}/output:0",), ((f"{prefix}/input:0", fed),), graph=wire.Result(call))
        for call in range(len(graphs))
    )
    calls = tuple(wire.Call("load_into_graph", (nodes, *said)) for nodes in graphs)
    return wire.Program("", calls, in_graph=True, runs=runs)


def ask_shipped(case: Shipped) -> wire.Program:
    """Ask for the part of a shipped model that its outputs need, and run that."""
    args = (wire.Model(case.name), *((wire.Items(case.outputs),) if case.outputs else ()))
    outputs = case.outputs or ("output",)
    runs: tuple[wire.Run, ...] = ()
    if case.picture is not None:
        fetches = tuple(f"{name}:0" for name in outputs)
        runs = (wire.Run(fetches, (("input:0", wire.array(picture(case.picture))),), graph=wire.Result(0)),)
    return wire.Program("", (wire.Call("extract_main_graph", args),), runs=runs)


def ask_everything(case: Shipped) -> wire.Program:
    """Ask for a shipped model's outputs, for those on the second processor, and for these in a graph; run that.

    All arguments are given by name.
    """
    outputs = case.outputs or ("output",)
    calls = (
        wire.Call(
            "extract_main_graph", kwargs={"graph_def": wire.Model(case.name), "output_names": wire.Items(outputs)}
        ),
        wire.Call("place_on_device", kwargs={"graph_def": wire.Result(0), "device": "/cpu:1"}),
        wire.Call("load_into_graph", kwargs={"graph_def": wire.Result(1), "name": "network"}),
    )
    run = wire.Run(
        tuple(f"network/{name}:0" for name in outputs),
        (("network/input:0", wire.array(picture(case.picture or 0))),),
        graph=wire.Result(2),
        placed=("network/conv/conv2d", "network/output"),
    )
    return wire.Program("", calls, in_graph=True, runs=(run,))


def picture(seed: int) -> np.ndarray:
    """Return a batch of one picture of noise as a network takes it, (1, 9, 12, 3) float32, minus 117."""
    return (np.random.RandomState(seed).randint(0, 256, (1, 9, 12, 3)) - 117).astype(np.float32)


@st.composite
def cuts(draw: st.DrawFn, control: bool = False, slots: bool = False, most_outputs: int = 1) -> Cut:
    """Return graphs in which something is dead and, if asked for, something hangs on `^name` or `name:1` alone."""
    names = list(draw(st.permutations(_NAMES)))[: draw(st.integers(4, 8))]
    lines, splits = [names[0]], set()
    for number, name in enumerate(names[1:], start=1):
        splitting = slots and draw(st.booleans())
        entries = []
        for source in draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=1 if splitting else 3)):
            entries.append(names[source] + (":1" if names[source] in splits else ""))
        if splitting:
            splits.add(name)
        if control and number > 1 and draw(st.booleans()):
            entries.append(f"^{names[draw(st.integers(0, number - 1))]}")
        lines.append(" ".join([name, *entries]))
    chosen = st.lists(st.sampled_from(names[1:-1]), min_size=most_outputs, max_size=most_outputs, unique=True)
    return Cut(tuple(lines), tuple(draw(chosen)))


def telling_cuts(control: bool = False, slots: bool = False, most_outputs: int = 1) -> st.SearchStrategy[Cut]:
    """Return `cuts` that tell: some nodes are dead, and what is asked about makes a difference."""

    def tells(case: Cut) -> bool:
        nodes = graph(case.lines)
        needed = ancestors(nodes, case.outputs)
        if not 2 < len(needed) < len(nodes.nodes):
            return False
        # Names in which others' are, and nodes that compute nothing, are asked about by cases of their own.
        spoken = " ".join(entry for node in nodes.nodes if node.name in needed for entry in node.inputs)
        dead = [node.name for node in nodes.nodes if node.name not in needed]
        if any(name in spoken or any(one in name for one in case.outputs) for name in dead):
            return False
        if any(node.op == "Identity" and node.name in needed for node in nodes.nodes):
            return False
        if control or slots:
            return ancestors(nodes, case.outputs, control=not control, slots=not slots) < needed
        return all(ancestors(nodes, (one,)) != needed for one in case.outputs) or most_outputs == 1

    return cuts(control, slots, most_outputs).filter(tells)


@st.composite
def moves(draw: st.DrawFn, devices: tuple[str, ...], to: tuple[str, ...]) -> Move:
    """Return nodes on some of `devices`, to be moved to one of `to`."""
    held = draw(st.lists(st.sampled_from(devices), min_size=3, max_size=5).filter(lambda held: CPU in held))
    return Move(tuple(held), draw(st.sampled_from(to)))


def mixed_moves() -> st.SearchStrategy[Move]:
    """Return nodes of which some must stay where they are."""
    return moves(DEVICES, ("",)).filter(lambda case: {CPU, ""} < set(case.devices))
