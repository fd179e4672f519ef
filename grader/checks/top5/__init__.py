"""Top five: the checks.

What the contract says, and the checks that cover it (`grader validate` reads this list):

`top_k(probabilities, labels, k=5)`
- highest first: `order`
- (probability, label) pairs: `pairs`
- the probabilities are those that were given, float32 or float64: `values`
- equal probabilities in class order: `ties`
- labels are not always different: `repeated_labels`
- k of them, 5 unless said: `how_many`
- k beyond C gives all C: `k_beyond`
- k=0 gives []: `k_zero`
- probabilities of shape (C,): `order`
- probabilities of shape (1, C): `batch_row`
- the inputs are not modified: `inputs_untouched`

`classify(graph, image, labels, k=5, input_name=..., output_name=...)`
- feeds the image as a batch of one, returns the classes and their probabilities: `pictures`, `chelsea`
- returns top_k of them, with k passed on: `classify_k`
- other names of tensors: `tensor_names`
- calling it a hundred times leaves the graph with as many nodes as before: `leaves_graph`
- a finalized graph will do: `leaves_graph`

- both, with ties, two equal labels and more asked for than there is: `combined`

A pair may be a list, a tuple or a named tuple; a float whatever `float()` takes. Except for `pairs` and `combined`, the
checks read a pair either way round; except for `values`, `pictures`, `chelsea` and `combined` they look at labels, and
at most at whether numbers differ that should; except for `order`, `ties`, `batch_row` and `combined` they don't mind
the order.
"""
