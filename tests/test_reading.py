"""The guides to the source: what they show is so, and the files that they name are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch

ROOT = Path(minitorch.__file__).parent
DOCS = ROOT.parent / "docs"
GUIDES = ("reading.md", "reading.ko.md")


def test_the_examples_run():
    subprocess.run([sys.executable, "-m", "doctest", DOCS / GUIDES[0]], check=True)


def test_the_examples_are_the_same_in_both_languages():
    english, korean = [
        re.findall(r"```python\n.*?```", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL)
        for guide in GUIDES
    ]
    assert len(english) > 8
    assert english == korean


@pytest.mark.parametrize("guide", GUIDES)
def test_the_files_are_there_and_have_some_5000_lines(guide):
    named = re.findall(r"`(\w+/[\w/*]+\.py)`", (DOCS / guide).read_text(encoding="utf-8"))
    assert all(list(ROOT.glob(name)) for name in named)
    files = [ROOT / name for name in set(named) if "*" not in name]
    assert len(files) > 15
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < 5500
