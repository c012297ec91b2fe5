"""Write `pytorch.xz`: for each op some of PyTorch's samples, in all dtypes and forms.

    cd tests && python -m reference.record

wants torch 2.13 and expecttest, on which PyTorch's table of ops depends.
"""

from itertools import zip_longest
from pathlib import Path

from reference.pytorch import DTYPES, entries, records
from reference.records import Array, leaves, save

PATH = Path(__file__).with_name("pytorch.xz")
BYTES = 60_000  # of arrays for each op; larger samples are left out


def size(record):
    """Bytes of the arrays of a record."""
    everything = [record.args, record.kwargs, record.result, record.gradients]
    return 50 + sum(each.values.nbytes for each in leaves(everything, Array))


def selection(op):
    """Records of all entries of one op, some of each dtype and form, up to `BYTES`."""
    groups: dict = {}
    for entry in op:
        for dtype in DTYPES:
            for record in records(entry, dtype, most=40):
                if size(record) < BYTES / 4:
                    group = dtype, record.form, record.error is None, entry.variant_test_name
                    groups.setdefault(group, []).append(record)
    room = BYTES
    for layer in zip_longest(*map(spread, groups.values())):
        for record in layer:
            if record is not None and room > size(record):
                room -= size(record)
                yield record


def spread(records):
    """The records, neighbours far apart: first each 8th, then each 8th of the others."""
    return [each for start in range(8) for each in records[start::8]]


if __name__ == "__main__":
    found = entries()
    chosen = []
    for _, op in sorted(found.items()):
        chosen += selection(op)
    save(chosen, PATH)
    print(f"{len(chosen)} calls of {len(found)} ops, {PATH.stat().st_size / 1e6:.1f} MB")
