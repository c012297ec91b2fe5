"""Files from the servers of those who publish them, checked before they are kept."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path


def fetch(urls: Sequence[str], path: Path, check: Callable[[Path], object]) -> None:
    """Put a file at `path` from the first of `urls` that has it whole; all or nothing.

    check  raises ValueError for a file, at a path, that is not the one wanted
    """
    from http.client import HTTPException  # noqa: PLC0415  with urlopen 40 ms, and rarely needed
    from urllib.request import urlopen  # noqa: PLC0415  likewise

    path.parent.mkdir(parents=True, exist_ok=True)
    failures = []
    for url in urls:
        # Renamed only once it is checked: nobody ever finds half a file under the final name.
        part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        print(f"Downloading {url}")
        try:
            with urlopen(url, timeout=30) as response, open(part, "xb") as file:
                shutil.copyfileobj(response, file)
            check(part)
            os.replace(part, path)
            return
        except (OSError, HTTPException, ValueError) as error:
            failures.append(f"  {url}: {type(error).__name__}: {error}".replace("\n", "\n  "))
        finally:
            part.unlink(missing_ok=True)
    raise RuntimeError(
        f"Error downloading {path.name}\n" + "\n".join(failures) + "\n"
        f"  try again later, or put the file into {path.parent} by hand"
    )


def md5_of(path: Path) -> str:
    """The MD5 of a file, in hexadecimal digits: what most of these archives are published with."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def expect_md5(path: Path, md5: str) -> None:
    """Raise ValueError unless the file has this MD5."""
    found = md5_of(path)
    if found != md5:
        raise ValueError(f"{path.name} was altered\n  found MD5 {found}, expected {md5}")
