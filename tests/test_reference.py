"""minitorch does what PyTorch 2.13 does with the samples of PyTorch's own table of ops."""

import warnings
from itertools import groupby
from pathlib import Path

import pytest
from reference.records import check, load

RECORDED = {
    name: list(records)
    for name, records in groupby(
        load(Path(__file__).parent / "reference" / "pytorch.xz"), key=lambda record: record.name
    )
}


def failures(records):
    """One line for each record that minitorch does not meet."""
    for record in records:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PyTorch's samples warn in PyTorch too
                check(record)
        except Exception as error:
            yield f"{record}\n    {type(error).__name__}: {' '.join(str(error).split())[:300]}"


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_of_pytorch(name):
    if wrong := list(failures(RECORDED[name])):
        pytest.fail("\n".join(wrong), pytrace=False)
