"""Subgraph: the checks.

What the contract says, and the checks that cover it.

`extract_main_graph(graph_def, output_names=('output',))`
- exactly the nodes that the outputs depend on: `ancestors`, `several_outputs`, `shared_once`, `shipped_model`
- control inputs (`^name`) followed: `control_inputs`; other output slots (`name:1`) followed: `output_slots`
- attributes and devices kept: `attributes`; versions kept: `versions`; the function library kept, at least the functions
  in use: `library`
- the argument not modified: `extract_untouched`; an unknown output name raises: `unknown_output`
- the default `('output',)`: `ancestors`, `shipped_model`

`place_on_device(graph_def, device='/gpu:0')`
- each node that asked for `/cpu:0` asks for `device`, and the default: `devices`; a device of any length: `device_length`
- nodes that asked for nothing, or for something else, untouched: `other_devices`
- a copy, so all else is as it was, and the argument too: `placed_copy`

`load_into_graph(graph_def, name='inception')`
- the imported nodes under the prefix, and the default: `prefix`; a new graph: `new_graph`
- the default graph is left as it was: `default_graph`

`combined`: the three after each other on a shipped model, which runs where it was placed.

Node order is free; nothing is said about nodes beside the imported ones, or the functions that nobody calls.
"""

from collections import Counter
from collections.abc import Iterable

from grader.cases import subgraph as cases
from grader.cases.subgraph import CPU, Cut, Kept, Load, Move, Shipped, Unknown
from grader.check import Finding, Seen, Trial, Trials, asks
from grader.compare import FLOAT32, same_array
from grader.inside import wire


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "hidden input", "output hidden", "loss hidden")),
        Cut(
            (
                "input",
                "conv input",
                "conv_1 input",
                "mix conv conv_1",
                "output mix",
                "conv_10 conv_1",
                "loss conv_10 mix",
            )
        ),
    ],
    drawn=cases.telling_cuts(),
    count=2,
)
def check_ancestors(trials: Trials) -> None:
    """The main graph holds the nodes that the output depends on, and no others

    Chains and branches, plain inputs only.
    """
    for trial in trials:
        _same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "init", "output input ^init", "loss input")),
        Cut(("seed", "init ^seed", "input", "conv input ^init", "output conv", "after output ^init")),
    ],
    drawn=cases.telling_cuts(control=True),
    count=1,
)
def check_control_inputs(trials: Trials) -> None:
    """A node that others wait for ('^name') is needed too

    Control inputs are followed, and theirs.
    """
    for trial in trials:
        _same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "parts input", "output parts:1", "loss parts")),
        Cut(("input", "parts input", "finer parts:1", "mix finer:1 parts", "output mix", "loss finer:1")),
    ],
    drawn=cases.telling_cuts(slots=True),
    count=1,
)
def check_output_slots(trials: Trials) -> None:
    """A node is needed too if only another output of it ('name:1') is used

    Input entries with a slot lead to their node.
    """
    for trial in trials:
        _same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "conv input", "head conv", "output conv", "loss output head"), ("head", "output")),
        Cut(("input", "conv input", "output conv", "loss output"), ("conv", "output")),
        Cut(("input", "extra", "output input", "loss output extra"), ("output", "extra")),
    ],
    drawn=cases.telling_cuts(most_outputs=2),
    count=1,
)
def check_several_outputs(trials: Trials) -> None:
    """Several outputs keep what any of them needs

    `output_names` of more than one, also where one output needs another, or is an input.
    """
    for trial in trials:
        _same_names(trial)


@asks(
    cases.ask_cut,
    named=[
        Cut(("input", "output input input")),
        Cut(("input", "conv input", "left conv", "right conv", "output left right", "loss conv")),
    ],
)
def check_shared_once(trials: Trials) -> None:
    """A node that is needed twice is in the main graph once

    "Exactly the nodes": none of them repeated.
    """
    for trial in trials:
        times = Counter(node.name for node in _graph_def(trial.got).nodes)
        for name, count in times.items():
            if count > 1:
                raise Finding(
                    f"The main graph holds the node {name!r} {count} times. Two nodes of one graph can't "
                    "share a name: keep each node once, however many others use it."
                )
        _same_names(trial)


_NOTED = Kept(("x-note", "y-note", "z-note"), ("/gpu:1", CPU, ""))


@asks(cases.ask_kept, named=[_NOTED], drawn=cases.kept(), count=2)
def check_attributes(trials: Trials) -> None:
    """The nodes that are kept are as they were: operation, inputs, attributes, device

    Attributes and devices kept.
    """
    for trial in trials:
        _same_nodes(_graph_def(trial.got), _graph_def(trial.want), "the main graph")


@asks(cases.ask_kept, named=[_NOTED], drawn=cases.kept(), count=1)
def check_versions(trials: Trials) -> None:
    """The main graph says which version of TensorFlow made it, as the whole graph did

    Versions kept.
    """
    for trial in trials:
        got, want = _graph_def(trial.got), _graph_def(trial.want)
        _needs_output(got, "the main graph")
        _same_producer(got, want, "the main graph")


_DOUBLE = Kept(("a", "b", "c"), ("", "", ""), (("double", "Neg"), ("unused", "Abs")))


@asks(
    cases.ask_kept,
    named=[_DOUBLE, Kept(("a", "b", "c", "d"), ("", "", "", ""), (("half", "Square"), ("double", "Neg")))],
)
def check_library(trials: Trials) -> None:
    """The functions that nodes call come along in the library

    The function library kept, at least the functions in use.
    """
    for trial in trials:
        got = _graph_def(trial.got)
        _needs_output(got, "the main graph")
        _same_functions(got, _graph_def(trial.want), "the main graph")


@asks(
    cases.ask_unknown,
    named=[
        Unknown(Cut(("input", "output input", "loss input")), "outputs", beside=False),
        Unknown(Cut(("input", "output input", "loss input")), "nothing", beside=True),
    ],
)
def check_unknown_output(trials: Trials) -> None:
    """An output name that the graph doesn't have raises an exception

    Any exception will do, also beside outputs that the graph has, which by themselves are found.
    """
    for trial in trials:
        _same_names(trial)
        if trial.got.raised(1) is None:
            _graph_def(trial.got, 1)
            missing = _outputs(trial, 1)[-1]
            raise Finding(
                f"The graph has no node {missing!r}, so asking for it should raise an exception, but a graph came back: "
                "whoever mistypes a name would not notice."
            )


@asks(
    cases.ask_cut,
    named=[Cut(("input", "conv input", "output conv", "loss conv"))],
    drawn=cases.telling_cuts(),
    count=1,
)
def check_extract_untouched(trials: Trials) -> None:
    """extract_main_graph leaves its argument as it was

    The argument not modified, while what is returned is right.
    """
    for trial in trials:
        _same_names(trial)
        _untouched(trial.got, "extract_main_graph")


@asks(cases.ask_shipped, named=[Shipped("tiny", picture=4), Shipped("tiny", ("output", "output2"), picture=5)])
def check_shipped_model(trials: Trials) -> None:
    """Of the model that ships, training nodes and unused heads go, and the rest computes the same

    The whole of `extract_main_graph` on a real graph, with control inputs and slots; what remains runs.
    """
    for trial in trials:
        _same_names(trial)
        for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), _fetched_names(trial), strict=True):
            same_array(got, want, f"What the main graph gives for {name!r}", FLOAT32)


@asks(
    cases.ask_move,
    named=[Move((CPU,)), Move((CPU, CPU), "/gpu:3")],
    drawn=cases.moves((CPU,), ("/gpu:0", "/gpu:2")),
    count=1,
)
def check_devices(trials: Trials) -> None:
    """Nodes that asked for '/cpu:0' ask for the new device

    Devices with a name as long as the old one, and the default `/gpu:0`.
    """
    for trial in trials:
        _same_devices(trial)


@asks(
    cases.ask_move,
    named=[Move((CPU, CPU), "/gpu:10"), Move((CPU,), "/job:worker/task:3/cpu:0"), Move((CPU, CPU), "/gpu")],
    drawn=cases.moves((CPU,), ("/job:worker/task:3/gpu:1", "/device:GPU:0")),
    count=1,
)
def check_device_length(trials: Trials) -> None:
    """The new device's name may be longer or shorter than '/cpu:0'

    A copy in which each node asks for `device`, of any length; what was changed is the nodes' field, not bytes.
    """
    for trial in trials:
        _same_devices(trial)


@asks(
    cases.ask_move,
    named=[Move((CPU, "")), Move(("/gpu:1", CPU, "/cpu:1"))],
    drawn=cases.mixed_moves(),
    count=1,
)
def check_other_devices(trials: Trials) -> None:
    """Nodes that asked for nothing, or for another device, stay where they are

    Asked beside nodes that do move.
    """
    for trial in trials:
        _same_devices(trial)


@asks(
    cases.ask_move_kept,
    named=[
        _NOTED,
        Kept(("a", "b", "c"), (CPU, CPU, CPU), (("double", "Neg"),)),
    ],
    drawn=cases.kept(),
    count=1,
)
def check_placed_copy(trials: Trials) -> None:
    """place_on_device returns a copy that differs in devices only, and leaves its argument as it was

    Everything else is kept: nodes, attributes, versions, functions.
    """
    for trial in trials:
        got, want = _graph_def(trial.got), _graph_def(trial.want)
        _same_nodes(got, want, "the copy", devices=False)
        _same_producer(got, want, "the copy")
        _same_functions(got, want, "the copy")
        if CPU in {node.device for node in _asked(trial).nodes}:
            _some_moved(got, _asked(trial))
        _untouched(trial.got, "place_on_device")


_PLAIN = ("input", "hidden input", "output hidden")


@asks(
    cases.ask_load,
    named=[Load(_PLAIN), Load(("input", "block/conv input", "init", "output block/conv input ^init"), "trained/net")],
)
def check_prefix(trials: Trials) -> None:
    """The nodes are found under the prefix, and compute the same

    The imported nodes, with their inputs, under the prefix, and the default 'inception'.
    """
    for trial in trials:
        _loaded(trial, 0)
        same_array(trial.got.fetched()[0], trial.want.fetched()[0], "What the loaded graph gives", FLOAT32)


@asks(cases.ask_load, named=[Load(_PLAIN, "net", times=2)])
def check_new_graph(trials: Trials) -> None:
    """Each call makes a new graph

    Loading twice under the same prefix gives twice the same names, and no other nodes.
    """
    for trial in trials:
        for call in range(len(trial.program.calls)):
            _loaded(trial, call)
            wanted = {node.name for node in trial.want.nodes(call).nodes}
            more = [node.name for node in trial.got.nodes(call).nodes if node.name not in wanted]
            if more:
                raise Finding(
                    f"The graph of call {call + 1} holds nodes of the other call too, such as {more[0]!r}: each call "
                    "should make a graph of its own."
                )


@asks(cases.ask_load, named=[Load(_PLAIN), Load((*_PLAIN, "loss hidden"), "net")])
def check_default_graph(trials: Trials) -> None:
    """The graph that was the default one before is left as it was

    Called while another graph is the default one, which holds no node afterwards.
    """
    for trial in trials:
        _loaded(trial, 0)
        added = trial.got.graph().nodes
        if added:
            raise Finding(
                f"load_into_graph added {len(added)} nodes to the graph that was the default one, the first of them "
                f"{added[0].name!r}. It should leave that graph alone and import into the new one."
            )


@asks(cases.ask_everything, named=[Shipped("tiny", ("output", "output1"), picture=6)])
def check_combined(trials: Trials) -> None:
    """Cut, moved and loaded, the model that ships runs where it should and gives the same probabilities

    The three functions together; the run is on two logical processors, and TensorFlow says where nodes ran.
    """
    for trial in trials:
        for got, want, name in zip(trial.got.fetched(), trial.want.fetched(), _fetched_names(trial), strict=True):
            same_array(got, want, f"What the graph gives for {name!r}", FLOAT32)
        ran = zip(trial.program.runs[0].placed, trial.got.ran().devices, trial.want.ran().devices, strict=True)
        for name, got_device, want_device in ran:
            if got_device != want_device:
                raise Finding(
                    f"The node {name!r} was placed on '/cpu:1', so it should run on {want_device!r}, "
                    f"but it ran on {got_device or 'no device'!r}."
                )


def _graph_def(seen: Seen, call: int = 0) -> wire.Nodes:
    nodes = seen.nodes(call)
    if nodes.live:
        function = seen.program.calls[call].function
        raise Finding(f"{function} should return a GraphDef, but it returned a tf.Graph (its `as_graph_def()` is one).")
    return nodes


def _asked(trial: Trial, call: int = 0) -> wire.Nodes:
    graph = trial.program.calls[call].args[0]
    assert isinstance(graph, wire.Nodes)
    return graph


def _outputs(trial: Trial, call: int) -> tuple[str, ...]:
    args = trial.program.calls[call].args
    given = wire.from_wire(args[1]) if len(args) > 1 else ["output"]
    return tuple(given)


def _fetched_names(trial: Trial) -> list[str]:
    return [str(name).removesuffix(":0") for name in trial.program.runs[0].fetches]


def _names(nodes: Iterable[str], most: int = 4) -> str:
    listed = sorted(nodes)
    shown = ", ".join(map(repr, listed[:most]))
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown


def _same_names(trial: Trial, call: int = 0) -> None:
    want = trial.want.nodes(call)
    wanted = {node.name for node in want.nodes}
    kept = {node.name for node in _graph_def(trial.got, call).nodes}
    outputs = _names(_outputs(trial, call))
    missing, more = wanted - kept, kept - wanted
    if missing:
        name = min(missing, key=lambda one: (not _users(want, one, kept), one))
        users = _users(want, name, kept)
        why = f": {users[0][0]!r} is kept, and has {users[0][1]!r} among its inputs" if users else ""
        raise Finding(f"For the output {outputs}, the main graph lacks {_names(missing)}{why}.")
    if more:
        raise Finding(f"For the output {outputs}, the main graph holds {_names(more)}, which no output depends on.")


def _users(graph: wire.Nodes, name: str, among: set[str]) -> list[tuple[str, str]]:
    return [
        (node.name, entry)
        for node in graph.nodes
        for entry in node.inputs
        if node.name in among and entry.removeprefix("^").partition(":")[0] == name
    ]


def _same_nodes(got: wire.Nodes, want: wire.Nodes, what: str, devices: bool = True) -> None:
    found = {node.name: node for node in got.nodes}
    for node in want.nodes:
        same = found.get(node.name)
        if same is None:
            raise Finding(f"{what[0].upper()}{what[1:]} lacks the node {node.name!r}.")
        for part in ("op", "inputs", "attributes", *(("device",) if devices else ())):
            old, new = getattr(node, part), getattr(same, part)
            if old != new:
                raise Finding(f"In {what}, the node {node.name!r} {_change(part, old, new)}.")


def _change(part: str, old: object, new: object) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        lost = [key for key in old if key not in new]
        if lost:
            return f"lacks the attribute {lost[0]!r}"
        changed = [key for key in new if old.get(key) != new[key]]
        return f"has another attribute {changed[0]!r} than before"
    if isinstance(old, tuple) and isinstance(new, tuple):
        return f"should have the inputs {list(old)}, but it has {list(new)}"
    names = {"op": "operation", "device": "device"}
    return f"should have the {names[part]} {old!r}, as before, but it has {new!r}"


def _same_producer(got: wire.Nodes, want: wire.Nodes, what: str) -> None:
    if got.producer != want.producer:
        raise Finding(
            f"The graph's `versions` say that its producer is {want.producer}; in {what} it is {got.producer}. "
            "TensorFlow reads from it how the nodes are meant."
        )


def _same_functions(got: wire.Nodes, want: wire.Nodes, what: str) -> None:
    for node in want.nodes:
        if node.op in want.functions and got.functions.get(node.op) != want.functions[node.op]:
            lost = "changed" if node.op in got.functions else "missing"
            raise Finding(
                f"The node {node.name!r} calls the function {node.op!r}, which is {lost} in the library of {what}, so that "
                "it can't be run."
            )


def _needs_output(got: wire.Nodes, what: str) -> None:
    if "output" not in {node.name for node in got.nodes}:
        raise Finding(f"{what[0].upper()}{what[1:]} lacks its output.")


def _same_devices(trial: Trial) -> None:
    found = {node.name: node.device for node in _graph_def(trial.got).nodes}
    for old, want in zip(_asked(trial).nodes, _graph_def(trial.want).nodes, strict=True):
        if old.name not in found:
            raise Finding(f"The node {old.name!r} is missing in the copy.")
        if found[old.name] != want.device:
            had, should, asks = (
                repr(one) if one else "no device" for one in (old.device, want.device, found[old.name])
            )
            raise Finding(
                f"The node {old.name!r} asked for {had}; it should ask for {should} now, but it asks for {asks}."
            )


def _some_moved(got: wire.Nodes, asked: wire.Nodes) -> None:
    old = {node.name: node.device for node in asked.nodes}
    if all(node.device == old.get(node.name) for node in got.nodes):
        raise Finding("No node asks for the new device in the copy.")


def _untouched(got: Seen, function: str) -> None:
    if got.touched():
        raise Finding(f"{function} changed the GraphDef that it was given. Build a new one, or change a copy.")


def _loaded(trial: Trial, call: int) -> None:
    graph = trial.got.nodes(call)
    if not graph.live:
        raise Finding("load_into_graph should return a tf.Graph that holds the nodes, but it returned a GraphDef.")
    found = {node.name: node for node in graph.nodes}
    for node in trial.want.nodes(call).nodes:
        same = found.get(node.name)
        if same is None:
            examples = f"; it has {_names(found)}" if found else "; it has no nodes"
            raise Finding(f"In the graph of call {call + 1} there should be a node {node.name!r}{examples}.")
        if same.op != node.op or _entries(same) != _entries(node):
            raise Finding(
                f"The node {node.name!r} should be {node.op} of {list(node.inputs)}, but it is {same.op} of "
                f"{list(same.inputs)}."
            )


def _entries(node: wire.Node) -> tuple[list[str], list[str]]:
    data = [entry.removesuffix(":0") for entry in node.inputs if not entry.startswith("^")]
    return data, sorted(entry for entry in node.inputs if entry.startswith("^"))
