"""Grading on a Dask cluster: an executor for the pipeline, and what it asks of the nodes.

One grading process, which alone writes records and the store, sends submissions as bytes to Dask workers ("nodes": one
grading process each) and gets judgements back as bytes; neither is ever pickled. `order.py` has what is said, `node.py`
what runs on a node, `roll.py` who may take part, `executor.py` the way there and back.
"""


class ClusterError(Exception):
    """The cluster cannot be reached, or nothing in it can grade; the message says what mends it."""
