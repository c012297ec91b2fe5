"""What to say of a state dict whose names are nearly those of the module."""

import difflib
from collections import Counter
from collections.abc import Iterable

SHOWN = 5  # names at most


def renames(missing: Iterable[str], unexpected: Iterable[str]) -> str:
    """Lines for the end of an error: a prefix that most names have or lack, or else the nearest
    name for each; empty where nothing looks alike.

    >>> print(renames(["fc.weight"], ["module.fc.weight"]))
      all names in the state_dict begin with "module.": load
      {key.removeprefix("module."): value for key, value in state_dict.items()}
    """
    missing, unexpected = list(missing), list(unexpected)
    if not missing or not unexpected:
        return ""
    more, less = extra_prefix(unexpected, missing), extra_prefix(missing, unexpected)
    if more:
        many = "all" if all(name.startswith(more) for name in unexpected) else "most"
        return (
            f'  {many} names in the state_dict begin with "{more}": load\n'
            f'  {{key.removeprefix("{more}"): value for key, value in state_dict.items()}}'
        )
    if less:
        return (
            f'  the names in the state_dict lack "{less}" at their start: load\n'
            f'  {{"{less}" + key: value for key, value in state_dict.items()}}'
        )
    lines = []
    for name in missing[:SHOWN]:
        near = difflib.get_close_matches(name, unexpected, 1, 0.75)
        lines += [f'  "{name}" may be "{near[0]}" in the state_dict'] if near else []
    return "\n".join(lines)


def extra_prefix(longer: list[str], shorter: list[str]) -> str:
    """What stands in `longer` before at least half of the names of `shorter`, ending in a dot, or
    nothing.
    """
    ends, found = set(shorter), Counter[str]()
    for name in longer:
        parts = name.split(".")
        for i in range(1, len(parts)):
            found[".".join(parts[:i]) + "."] += ".".join(parts[i:]) in ends
    prefix, count = found.most_common(1)[0] if found else ("", 0)
    return prefix if count and 2 * count >= len(ends) else ""
