"""Checks of exercise 1, `chain_convolutions` and `apply_filter`.

What the contract says, and the checks that cover it (`grader validate` reads this list):

`chain_convolutions(x, flt, n=4)`
- x is (batch, H, W, 1) float32, flt (k_h, k_w, 1, 1) float32: `batch`, `shapes`
- y1 = conv(x, flt), y2 = conv(y1, flt), and so on: `chained`
- built in the current graph, from x and flt as they are fed: `count`, `combined`
- stage i depends on stage i-1 and on the given flt: `depends`
- stride 1 and VALID padding, each stage shrinks H by k_h-1 and W by k_w-1: `shapes`
- filters of even and odd sizes, of one number, as large as the image: `shapes`, `chained`, `combined`
- one filter for all stages, so they are homogeneous of degree i in it, and one convolution with the i-fold filter:
  `combined`, `photograph`
- a filter with a single 1 in its middle cuts the edges off: `combined`
- returns [y1, ..., yn], a list or a tuple, in this order: `count`
- n=0 gives []: `zero`
- n is 4 unless said: `default_n`
- cross-correlation, the filter is not flipped: `correlation`
- a convolution and nothing else: `linear`
- the same filter slides over all of the image, with stride 1: `equivariant`

`apply_filter(image, kernel, n=4)`
- runs the chain, n=4 unless said: `photograph`
- returns n+1 arrays, 2-D, the image itself first, for n=0 it alone: `pictures`
- they are float32: `types`
- image and kernel are arrays or nested lists: `lists`
- inputs are not modified: `untouched`

Not graded: ops, node names, the first picture's type, n < 0, images smaller than the filter.
"""
