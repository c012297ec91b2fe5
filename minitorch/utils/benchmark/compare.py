"""Measurements side by side, in a table for each label."""

import math
from collections.abc import Iterable
from itertools import groupby

from minitorch.utils.benchmark.measurement import Measurement, select_unit

NAMES = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}


class Compare:
    """A table of measurements; print it with `print()`.

    A table for each `label`; rows are numbers of threads, then `env` and `sub_label` (or the
    statement); columns are the `description`s. Times are medians.
    """

    def __init__(self, results: Iterable[Measurement]) -> None:
        self.results: list[Measurement] = []
        self.trimmed = self.warned = False
        self.coloured: str | None = None
        self.extend_results(results)

    def extend_results(self, results: Iterable[Measurement]) -> None:
        results = list(results)
        for each in results:
            if not isinstance(each, Measurement):
                raise ValueError(
                    f"Expected an instance of `Measurement`, got {type(each)} instead."
                )
        self.results += results

    def trim_significant_figures(self) -> None:
        """Show only figures that mean something."""
        self.trimmed = True

    def colorize(self, rowwise: bool = False) -> None:
        """Show the best times in green and bad ones in red, of a column or of a row."""
        self.coloured = "row" if rowwise else "column"

    def highlight_warnings(self) -> None:
        """Add to times that vary much by how much they do."""
        self.warned = True

    def print(self) -> None:
        print(self)

    def __str__(self) -> str:
        labels: dict[str | None, list[Measurement]] = {}
        for each in Measurement.merge(self.results):
            labels.setdefault(each.label, []).append(each)
        return "\n".join(self.table(label, found) for label, found in labels.items())

    def table(self, label: str | None, found: list[Measurement]) -> str:
        unit, scale = select_unit(min(each.median for each in found))
        columns = list(dict.fromkeys(each.description for each in found))
        rows: dict[tuple, dict] = {}
        for each in found:
            key = (each.num_threads, each.env or "", each.as_row_name)
            rows.setdefault(key, {})[each.description] = each
        order = sorted(rows, key=lambda key: key[:2])
        heads = headings(order)
        wide = max(map(len, heads.values()))
        texts = {name: self.column(name, rows, scale) for name in columns}
        widths = {name: max(len(name or ""), *map(len, texts[name].values())) for name in columns}
        titles = [" " * wide] + [(name or "").center(widths[name]) for name in columns]
        lines = ["  |  ".join(titles)]
        total = len(lines[0])
        for count, keys in groupby(order, key=lambda key: key[0]):
            lines.append(f"{count} threads: ".ljust(total, "-"))
            group = list(keys)
            for key in group:
                cells = [texts[name][key].center(widths[name]) for name in columns]
                if self.coloured:
                    cells = [
                        colour(cell, rows[key].get(name), self.rivals(rows, group, key, name))
                        for cell, name in zip(cells, columns, strict=True)
                    ]
                lines.append("  |  ".join([heads[key].ljust(wide), *cells]))
        title = f" {label or ''} ".center(total - 2, "-")
        end = f"\nTimes are in {NAMES[unit]} ({unit}).\n"
        if self.warned and any(each.has_warnings for each in found):
            end += "(! XX%) Measurement has high variance, where XX is the IQR / median * 100.\n"
        return "\n".join([f"[{title}]", *lines, end])

    def column(self, name: str | None, rows: dict, scale: float) -> dict[tuple, str]:
        """The texts of a column, all with as many decimals, by the key of their row."""
        found = {key: row[name] for key, row in rows.items() if name in row}
        decimals = 1
        if self.trimmed:
            before = {key: math.ceil(math.log10(m.median / scale)) for key, m in found.items()}
            decimals = min(max(m.significant_figures - before[k], 0) for k, m in found.items())
        numbers = {}
        for key, each in found.items():
            value = each.median / scale
            if self.trimmed:
                value = float(f"{value:.{each.significant_figures - 1}e}")
            spread = f" (! {each.iqr / each.median * 100:.0f}%)"
            numbers[key] = f"{value:.{decimals}f}", spread if each.has_warnings else ""
        wide = max(len(number) for number, _ in numbers.values())
        notes = max(len(note) for _, note in numbers.values()) if self.warned else 0
        blank = " " * (wide + notes)
        texts = {
            key: number.rjust(wide) + (note.rjust(notes) if notes else "")
            for key, (number, note) in numbers.items()
        }
        return {key: texts.get(key, blank) for key in rows}

    def rivals(self, rows: dict, group: list, key: tuple, name: str | None) -> list[Measurement]:
        """With what the time in row `key`, column `name`, is compared for its colour."""
        if self.coloured == "row":
            return list(rows[key].values())
        return [rows[other][name] for other in group if name in rows[other]]


def headings(keys: list[tuple[int, str, str]]) -> dict[tuple, str]:
    """How the rows are called: each `env` where it begins, if there are several, and the name."""
    longest = max(len(env) for _, env, _ in keys) if len({env for _, env, _ in keys}) > 1 else 0
    heads, former = {}, None
    for key in keys:
        shown = f"({key[1]})" if longest and key[:2] != former else ""
        heads[key] = f"  {shown.ljust(longest + 4)}{key[2]}"
        former = key[:2]
    return heads


def colour(text: str, found: Measurement | None, rivals: list[Measurement]) -> str:
    """`text` in green for the best time, blue for a good one, red for a bad one."""
    if found is None:
        return text
    value, best = found.median, min(each.median for each in rivals)
    if value <= best * 1.01 or value <= best + 100e-9:
        return f"\033[92m\033[1m{text}\033[0m\033[0m"
    if value <= best * 1.1:
        return f"\033[34m\033[1m{text}\033[0m\033[0m"
    if value >= best * 5:
        return f"\033[31m\033[1m{text}\033[0m\033[0m"
    if value >= best * 2:
        return f"\033[2m\033[91m{text}\033[0m\033[0m"
    return text
