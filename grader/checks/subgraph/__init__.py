"""Subgraph: the checks.

What the contract says, and the checks that cover it (`grader validate` reads this list):

`extract_main_graph(graph_def, output_names=('output',))`
- exactly the nodes that the outputs depend on: `ancestors`, `shared_once`, `shipped_model`
- several outputs, or one that is an input of another: `several_outputs`
- control inputs (`^name`) followed: `control_inputs`
- other output slots (`name:1`) followed: `output_slots`
- attributes and devices kept: `attributes`
- versions kept: `versions`
- the function library kept, at least the functions in use: `library`
- the argument not modified: `extract_untouched`
- an unknown output name raises: `unknown_output`
- the default is ('output',): `ancestors`, `shipped_model`

`place_on_device(graph_def, device='/gpu:0')`
- each node that asked for '/cpu:0' asks for device: `devices`
- device is '/gpu:0' unless said: `devices`
- names of any length: `device_length`
- nodes that asked for nothing, or for something else, are untouched: `other_devices`
- a copy, so all else is as it was, and the argument too: `placed_copy`

`load_into_graph(graph_def, name='inception')`
- the imported nodes under the prefix, 'inception' unless said: `prefix`
- a new graph: `new_graph`
- the default graph is left as it was: `default_graph`

- the three after each other make a model that runs where it was placed: `combined`

Node order is free; nothing is said about nodes beside the imported ones, or the functions that nobody calls.
"""
