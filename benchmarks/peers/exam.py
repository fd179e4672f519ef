"""The suite as text, for graders that want its functions written into their own tests."""

import ast
from functools import cache

from peers.environment import HERE

SUITE = HERE / "suite.py"
FUNCTIONS = {
    "convolution_chain": "chain_convolutions",
    "conv_2d": "conv_2D",
    "subgraph": "extract_main_graph",
    "top5": "top_k",
}
"""The function of each exercise that is tested."""
EXERCISES = tuple(FUNCTIONS)
SECONDS = 60
"""What a test may take, in graders that have such a limit."""
KEY = "KEY-OF-THE-STAFF"
"""What stands in the instructors' files, and in no student's hands."""
_IMPORTS = "import numpy as np\nimport tensorflow as tf\ntf1 = tf.compat.v1"


@cache
def inlined(exercise: str) -> str:
    """Return one test of the suite as text; what it imports is its own, for a notebook's names are the student's."""
    found = next(
        node
        for node in ast.parse(SUITE.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == f"check_{exercise}"
    )
    found.body[1:1] = ast.parse(_IMPORTS).body
    return f"# {KEY}\n{ast.unparse(found)}\n"
