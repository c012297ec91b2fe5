"""What one step of a recurrent layer does to all gates at once, in place, over NumPy arrays.

`cupy_recurrent.py` holds the same names and signatures for the GPU.
"""

import numpy as np


def products(x, w, out):
    """x @ w[k] for each k: (n, I) and (G, I, H) to (G, n, H), in `out` or elsewhere."""
    return np.matmul(x, w, out=out)


def sum_of_products(d, w, room, out):
    """The sum of d[k] @ w[k], (G, n, H) and (G, H, I), into `out` (n, I); room (G, n, I)."""
    np.matmul(d, w, out=room).sum(axis=0, out=out)


def lstm_forward(gate, fresh, bias, before, scale, shift, cell, squashed, shown):
    """Gates, cell and output of one step.

    gate      (4, n, H): what the input gives, becomes shift + scale * tanh(gate + fresh + bias)
    fresh     (4, n, H): what the last state gives; spoilt. bias likewise, or None
    before    (n, H): the last cell; written are cell, squashed = tanh(cell) and shown, the output
    """
    if bias is not None:
        fresh += bias
    gate += fresh
    np.tanh(gate, out=gate)
    gate *= scale
    gate += shift
    i, f, new, o = gate
    np.multiply(f, before, out=cell)
    cell += np.multiply(i, new, out=fresh[0])
    np.tanh(cell, out=squashed)
    np.multiply(o, squashed, out=shown)


def lstm_backward(of_y, of_c, gate, squashed, before, scale, shift, of_gates, slopes, steep):
    """The gradients of the gates of one step, (4, n, H), and of its last cell, in `of_c`.

    of_y, of_c     (n, H): the gradients of output and cell
    slopes, steep  (4, n, H) and (n, H): room

    Of each gate the derivative is scale**2 - (gate - shift)**2: y*(1 - y) for a sigmoid, 1 - y*y
    for tanh.
    """
    i, f, new, o = gate
    di, df, dg, do = of_gates
    np.multiply(of_y, squashed, out=do)
    np.multiply(squashed, squashed, out=steep)
    np.subtract(1, steep, out=steep)
    steep *= o
    steep *= of_y
    of_c += steep
    np.multiply(of_c, new, out=di)
    np.multiply(of_c, before, out=df)
    np.multiply(of_c, i, out=dg)
    of_c *= f
    np.subtract(gate, shift, out=slopes)
    slopes *= slopes
    np.subtract(scale * scale, slopes, out=slopes)
    of_gates *= slopes
