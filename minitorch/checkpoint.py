"""A training run in a file: whatever ends the process, the run goes on where it was, to the bit."""

import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from minitorch.backend.devices import cuda_device_count, device
from minitorch.backend.generators import Generator, default_generator
from minitorch.data.loader import DataLoader
from minitorch.data.seeding import restore, states
from minitorch.serialization import load, save


class Checkpoint:
    """What a training run consists of, saved from time to time, on Ctrl-C and on SIGTERM.

    path           of the file; None: nothing is saved, and Ctrl-C does what it does elsewhere
    every_steps    save after each so many steps, >= 1, counted from the beginning of the run
    every_seconds  save at the first step after so many seconds; None: not for the time's sake
    keep           how many former files stay, as `path.1` (the latest), `path.2`, ...
    parts          by name, what changes in the run: all that has `state_dict` and
                   `load_state_dict`, as models, optimizers, schedulers, DataLoaders, GradScalers
                   and AveragedModels have; Generators; lists and dicts of plain data, such as the
                   losses so far, which are filled again in place

    Saved with the parts are the numbers of epochs and steps that were done, and where the global
    generators of minitorch, `random` and `numpy.random` are. A run that was killed at any moment,
    and resumed, ends with the same weights as one that was not, on the same machine, as long as all
    that it depends on is a part. The file is whole at every moment: see `minitorch.save`.

    The first Ctrl-C, or SIGTERM, is obeyed after the step that is under way, when it is saved; a
    second one at once. In an epoch that is resumed in its midst, what stands before the loop over
    the loader is done once more. A loop over a loader that was left by `break` is over; an iterator
    that the program still holds is taken to be gone on with.

    epochs_done, steps_done  how many were done

    >>> import tempfile
    >>> import minitorch
    >>> from minitorch import nn, optim
    >>> from minitorch.data import DataLoader, TensorDataset
    >>> path = tempfile.mkdtemp() + "/run"
    >>> model = nn.Linear(1, 1)
    >>> optimizer = optim.Adam(model.parameters())
    >>> loader = DataLoader(TensorDataset(minitorch.rand(8, 1)), batch_size=2, shuffle=True)

    A training loop gains three lines, and the `range` of its epochs becomes `run.epochs`:

    >>> run = Checkpoint(path, model=model, optimizer=optimizer, loader=loader)
    >>> run.resume()
    False
    >>> for epoch in run.epochs(3):
    ...     for (x,) in loader:
    ...         optimizer.zero_grad()
    ...         (model(x) - 2 * x).square().mean().backward()
    ...         optimizer.step()
    ...         run.step()
    >>> run.steps_done
    12
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        *,
        every_steps: int | None = None,
        every_seconds: float | None = 60.0,
        keep: int = 1,
        **parts: Any,
    ) -> None:
        if every_steps is not None and every_steps < 1:
            raise ValueError(f"Checkpoint: every_steps is 1 or more, not {every_steps}")
        for name, part in parts.items():
            require_state(name, part)
        if path is not None and not Path(path).parent.is_dir():  # now, not at the first save
            raise RuntimeError(f"Parent directory {Path(path).parent} does not exist.")
        self.path = None if path is None else os.fspath(path)
        self.every_steps = every_steps
        self.every_seconds = every_seconds
        self.keep = keep
        self.parts = parts
        self.epochs_done = 0
        self.steps_done = 0
        self._saved_at = time.monotonic()
        self._signals = Signals(active=path is not None)

    # ---------------------------------------------------------------- in the training loop

    def resume(self) -> bool:
        """Bring all parts to where the file says they were; False where there is none.

        Where the file is damaged, it is renamed to `path.damaged` and the one before it is taken,
        with a warning. Raises ValueError for a file of other parts.
        """
        state = self._newest()
        if state is None:
            return False
        if not isinstance(state, dict) or "steps_done" not in state:
            raise ValueError(f"{self.path!r} was not saved by a Checkpoint")
        if state["parts"].keys() != self.parts.keys():
            raise ValueError(
                f"Checkpoint: {self.path!r} is of a run of other parts\n"
                f"  saved {sorted(state['parts'])}   here {sorted(self.parts)}"
            )
        for name, part in self.parts.items():
            put_state(part, state["parts"][name])
        self.epochs_done, self.steps_done = state["epochs_done"], state["steps_done"]
        restore(state["generators"])
        for number, place in zip(range(cuda_device_count()), state["cuda_generators"]):
            default_generator(device("cuda", number)).go_to(place)
        return True

    def epochs(self, total: int) -> Iterator[int]:
        """The numbers of the epochs that are still to be done, up to but not including `total`. The
        end of an epoch is a time to save, that of the last one in any case.
        """
        with self._signals:
            while self.epochs_done < total:
                yield self.epochs_done
                self.epochs_done += 1
                self._save_if_due(self.epochs_done == total)

    def steps(self, total: int | None = None) -> Iterator[int]:
        """The same for a run that is counted in steps, for ever if `total` is None; `step` is not
        called inside.
        """
        with self._signals:
            while total is None or self.steps_done < total:
                yield self.steps_done
                self.steps_done += 1
                self._save_if_due(self._is_nth_step() or self.steps_done == total)

    def step(self) -> None:
        """Call this at the end of each step: it is done, and may be saved."""
        self.steps_done += 1
        self._save_if_due(self._is_nth_step())

    def save(self) -> None:
        """Save now."""
        if self.path is None:
            return
        for part in self.parts.values():
            if isinstance(part, DataLoader):
                part.close_left_epoch()
        state = {
            "epochs_done": self.epochs_done,
            "steps_done": self.steps_done,
            "parts": {name: state_of(part) for name, part in self.parts.items()},
            "generators": states(),
            "cuda_generators": [
                default_generator(device("cuda", number)).state()
                for number in range(cuda_device_count())
            ],
        }
        save(state, self.path, format="safetensors", keep=self.keep)
        self._saved_at = time.monotonic()

    # ---------------------------------------------------------------- when, and from which file

    def _is_nth_step(self):
        return self.every_steps is not None and self.steps_done % self.every_steps == 0

    def _save_if_due(self, now):
        seconds = time.monotonic() - self._saved_at
        late = self.every_seconds is not None and seconds >= self.every_seconds
        if now or late or self._signals.caught is not None:
            self.save()
        self._signals.obey()

    def _newest(self):
        """What the newest file that is whole holds; None if there is none at all."""
        found: list[Exception] = []
        if self.path is None:
            return None
        for n in range(self.keep + 1):
            path = f"{self.path}.{n}" if n else self.path
            try:
                state = load(path, map_location="cpu")
            except FileNotFoundError:
                continue
            except (RuntimeError, EOFError, UnpicklingError) as error:
                found.append(error)
                continue
            if found:
                warnings.warn(f"Checkpoint: resumed from {path!r}, since {found[0]}", stacklevel=3)
                if os.path.exists(self.path):  # or else the next `save` would keep it, and not this
                    os.replace(self.path, f"{self.path}.damaged")
            return state
        if found:
            raise found[0]
        return None


# -------------------------------------------------------------------- the state of a part


def require_state(name, part):
    if not isinstance(part, Generator | list | dict) and not (
        hasattr(part, "state_dict") and hasattr(part, "load_state_dict")
    ):
        raise TypeError(
            f"Checkpoint: {name} is of type {type(part).__name__}, which has no state_dict\n"
            "  put numbers and strings in a dict or a list"
        )


def state_of(part):
    if isinstance(part, Generator):
        return part.state()
    return part if isinstance(part, list | dict) else part.state_dict()


def put_state(part, state):
    """Bring `part` to the state that `state_of` had of it."""
    if isinstance(part, Generator):
        part.go_to(state)
    elif isinstance(part, list):
        part[:] = state
    elif isinstance(part, dict):
        part.clear()
        part.update(state)
    else:
        part.load_state_dict(state)


# -------------------------------------------------------------------- Ctrl-C


class Signals:
    """Inside `with`, the first SIGINT or SIGTERM is only noted; `obey` then lets it happen.

    active  whether they are noted at all
    caught  the number of the one that came; None: there was none
    """

    def __init__(self, active: bool) -> None:
        self.active = active
        self.caught: int | None = None
        self.former: dict[int, Any] = {}  # the handlers that it stands in for

    def __enter__(self):
        self.process = os.getpid()
        main = threading.current_thread() is threading.main_thread()  # no other may set handlers
        if self.active and main:
            for number in (signal.SIGINT, signal.SIGTERM):
                former = signal.getsignal(number)
                if former not in (None, signal.SIG_IGN):
                    self.former[number] = former
                    signal.signal(number, self.note)

    def __exit__(self, *_):
        self.give_back()
        self.obey()  # where the loop was left in the step

    def give_back(self):
        while self.former:
            signal.signal(*self.former.popitem())

    def note(self, number, frame):
        self.give_back()
        if os.getpid() != self.process:  # a fork of the one that trains
            signal.raise_signal(number)
            return
        self.caught = number
        try:  # not `print`, in which the signal may have come
            os.write(2, b"\nThe run is saved after this step; once more ends it at once.\n")
        except OSError:  # nobody reads any more
            pass

    def obey(self):
        number, self.caught = self.caught, None
        if number is not None:
            signal.raise_signal(number)
