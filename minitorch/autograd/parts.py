"""An op's several outputs: their type, and their gradients on the way to the op's node."""

from operator import itemgetter


class Parts(tuple):
    """One gradient per output, None for an output that nobody used.

    It adds up like an array, so the engine carries it like any gradient.
    """

    __slots__ = ()
    shape = None

    def __add__(self, other):
        return Parts(
            b if a is None else a if b is None else a + b for a, b in zip(self, other, strict=True)
        )


def pick(index, count):
    """The vjp from the output `index` of an op with `count` outputs to the op's node."""
    return lambda g: Parts(g if i == index else None for i in range(count))


class Link:
    """What the engine asks of an op, for a step that no op makes: value and gradient go on."""

    saves_nothing = True
    saves_arrays = False
    adds = None
    view = False
    piecewise = False

    def value(self, node, arrays):
        return arrays[0]

    def read_again(self, node, inputs):
        return node.vjps


class Pick(Link):
    """The step from an op with several outputs to one of them."""

    name = "pick"

    def backward_name(self, node):
        return node.parents[0].name()

    def value(self, node, arrays):
        return arrays[0][node.settings[0]]


PICK = Pick()


RETURN_TYPES: dict[str, type] = {}


def return_type(name, fields):
    """A tuple with named fields that prints as PyTorch's `torch.return_types`.

    It takes its parts one by one, or in one sequence, as PyTorch's types do. A namedtuple takes
    60 us to make, this 15, and an import makes twenty.
    """

    def new(kind, *parts):
        parts = tuple(parts[0]) if len(parts) == 1 else parts
        if len(parts) != len(fields):
            raise TypeError(
                f"torch.return_types.{name}() takes a {len(fields)}-sequence "
                f"({len(parts)}-sequence given)"
            )
        return tuple.__new__(kind, parts)

    def show(self):
        lines = ",\n".join(f"{field}={value!r}" for field, value in zip(fields, self))
        return f"torch.return_types.{name}(\n{lines})"

    names = {field: property(itemgetter(i)) for i, field in enumerate(fields)}
    own = {
        "__new__": new,
        "__getnewargs__": lambda self: (*self,),
        "__repr__": show,
        "__slots__": (),
        "__module__": "minitorch.return_types",
        "_fields": fields,
    }
    RETURN_TYPES[name] = type(name, (tuple,), {**names, **own})
    return RETURN_TYPES[name]
