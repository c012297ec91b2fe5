"""State dicts from the net, and models from a directory with a `hubconf.py`.

What is downloaded is read as data: `minitorch.load` runs no code of a file. Code from the net,
which `load` of a GitHub repository would run, is refused.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import sys
import uuid
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlparse

from tqdm import tqdm

from minitorch.serialization import load as read

__all__ = [
    "HASH_REGEX", "download_url_to_file", "get_dir", "help", "list", "load",
    "load_state_dict_from_url", "load_url", "set_dir", "tqdm", "urlparse",
]  # fmt: skip

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")  # what a checkpoint's name says of its SHA-256
BLOCK = 1 << 17  # bytes read at a time
CHOSEN: dict[str, str] = {}  # "directory": what `set_dir` was given


def get_dir() -> str:
    """Where downloads are kept: what `set_dir` was given, or PyTorch's place."""
    home = os.getenv("TORCH_HOME", os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "torch"))
    return CHOSEN.get("directory") or os.path.join(os.path.expanduser(home), "hub")


def set_dir(d: str | os.PathLike) -> None:
    """Keep downloads in the directory `d`."""
    CHOSEN["directory"] = os.path.expanduser(d)


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> dict[str, Any]:
    """What the file at `url` holds, which is downloaded if it is not in `model_dir` yet.

    model_dir     by default `checkpoints` in `get_dir()`
    check_hash    the name ends in `-<first digits of the SHA-256>.ext`, which the file must have
    file_name     its name here, if not that in the url
    weights_only  accepted: files are never read otherwise
    """
    model_dir = model_dir or os.path.join(get_dir(), "checkpoints")
    os.makedirs(model_dir, exist_ok=True)
    name = file_name or os.path.basename(urlparse(url).path)
    path = os.path.join(model_dir, name)
    if not os.path.exists(path):
        print(f'Downloading: "{url}" to {path}')
        digits = HASH_REGEX.search(name) if check_hash else None
        download_url_to_file(url, path, digits.group(1) if digits else None, progress)
    return read(path, map_location=map_location)


load_url = load_state_dict_from_url  # its name in torch.utils.model_zoo


def download_url_to_file(
    url: str, dst: str, hash_prefix: str | None = None, progress: bool = True
) -> None:
    """Put the file at `url` to the path `dst`, all of it or nothing.

    hash_prefix  first digits of its SHA-256. Raises RuntimeError for a file with others.
    """
    from urllib.request import Request, urlopen  # noqa: PLC0415  40 ms, and rarely needed

    dst = os.path.expanduser(dst)
    part = f"{dst}.{uuid.uuid4().hex}.partial"
    digest = hashlib.sha256()
    try:
        with urlopen(Request(url, headers={"User-Agent": "torch.hub"})) as answer:
            size = answer.headers.get("Content-Length")
            bar = tqdm(
                total=size and int(size),
                disable=not progress,
                unit="B",
                unit_scale=True,
                unit_divisor=1024,
            )
            with open(part, "xb") as file, bar:
                while block := answer.read(BLOCK):
                    file.write(block)
                    digest.update(block)
                    bar.update(len(block))
        found = digest.hexdigest()
        if not found.startswith(hash_prefix or ""):
            raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{found}")')
        shutil.move(part, dst)
    finally:
        if os.path.exists(part):
            os.remove(part)


def load(
    repo_or_dir: str,
    model: str,
    *args: Any,
    source: str = "github",
    trust_repo: bool | str | None = None,
    force_reload: bool = False,
    verbose: bool = True,
    skip_validation: bool = False,
    **kwargs: Any,
) -> Any:
    """`model(*args, **kwargs)` of the `hubconf.py` in the directory `repo_or_dir`.

    source  "local", for "github" is refused; what stands between it and `kwargs` is for that alone

    Raises RuntimeError where the function or a package in its `dependencies` is missing.
    """
    source = source.lower()
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source == "github":
        refuse(repo_or_dir)
    directory = os.path.realpath(repo_or_dir)
    sys.path.insert(
        0, directory
    )  # for what `hubconf.py` imports, or the function when it is called
    try:
        return entry(directory, model)(*args, **kwargs)
    finally:
        sys.path.remove(directory)


def entry(directory: str, model: str) -> Callable:
    """The function `model` of the `hubconf.py` in `directory`."""
    if not isinstance(model, str):
        raise ValueError("Invalid input: model should be a string of function name")
    spec: Any = importlib.util.spec_from_file_location(
        "hubconf.py", os.path.join(directory, "hubconf.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wanted = getattr(module, "dependencies", ())
    missing = [name for name in wanted if not importlib.util.find_spec(name)]
    if missing:
        raise RuntimeError(f"Missing dependencies: {', '.join(missing)}")
    found = getattr(module, model, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {model} in hubconf")
    return found


def refuse(github: str, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise RuntimeError that says what to do instead."""
    raise RuntimeError(
        f"torch.hub: minitorch takes no code from the net, and {github} would be run here\n"
        "  download the repository, look at it, and load(directory, model, source='local'); or\n"
        "  give load_state_dict() what load_state_dict_from_url() returns"
    )


list = help = refuse  # of the functions in a repository on GitHub
