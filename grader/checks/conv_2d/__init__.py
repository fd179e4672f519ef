"""Checks of exercise 2, `conv_2D`.

What the contract says, and the checks that cover it (`grader validate` reads this list):

- returns (op, h, w, b), in this order: `four`
- op is the activated output: `activation_kinds`, `defaults`
- h is the output before the activation, convolution plus bias: `convolution`, `bias`
- one bias for each output channel: `bias`
- in variable scope name, `W` and `b`: `names`
- the scope is 'conv2d' when name is None or empty: `default_name`
- reuse is passed on, True shares: `reuse_true`
- a second call with the same name and reuse=None raises ValueError: `reuse_none`
- tf1.AUTO_REUSE works: `reuse_auto`
- W of shape [k_h, k_w, C_in, n_output_ch]: `weight_shape`
- any number of input channels: `channels`
- W begins Glorot (Xavier) uniform: `weight_start`
- b of shape [n_output_ch] begins as zeros: `bias_start`
- strides [1, s_y, s_x, 1]: `stride_order`
- padding is the one asked for: `padding`
- activation last, with h: `bias_first`
- activation=None means op is h: `activation_none`
- any callable is an activation, a lambda or functools.partial too: `activation_kinds`
- it is called once, with h: `activation_once`
- w and b are variables, or tensors read from them: `names`, `trainable`
- W and b are trainable: `trainable`, `training`
- x may be the output of another layer, and gradients flow through all of them: `training`
- batch, height and width may be unknown: `unknown_sizes`
- k_w=3, k_h=3, s_x=1, s_y=1, activation=tf.nn.relu, padding='VALID', name='conv2d' unless said: `defaults`
- the order of the arguments: `combined`

Layers are run with weights that the grader assigns, on an image and on zeros: the difference is the convolution alone,
so that a mistake with the bias costs nothing where something else is asked.
"""
