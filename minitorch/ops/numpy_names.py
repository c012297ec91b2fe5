"""`axis` for `dim` and `keepdims` for `keepdim`: NumPy's names, which PyTorch understands too."""

from functools import wraps


def numpy_names(f):
    """`f`, which combines ops, with these names of its arguments too; ops have them anyway."""

    @wraps(f)
    def call(*args, axis=None, keepdims=None, **settings):
        if axis is not None:
            settings["dim"] = axis
        if keepdims is not None:
            settings["keepdim"] = keepdims
        return f(*args, **settings)

    return call
