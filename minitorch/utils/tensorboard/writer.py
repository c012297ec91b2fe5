"""`SummaryWriter`: the numbers, texts, histograms and pictures of a training, for TensorBoard."""

import os
import socket
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor
from minitorch.utils.tensorboard import events
from minitorch.utils.tensorboard.summary import hparams


class SummaryWriter:
    """Writes what a training has to tell to a file that `tensorboard --logdir runs` shows.

    log_dir  the directory; None: runs/<date>_<host><comment>

    The values may be tensors, arrays or numbers. `global_step` is the position on the axis,
    `walltime` the time in seconds, by default now.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ):
        if not log_dir:
            now = time.strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        self.suffix = filename_suffix
        self.files = {self.log_dir: events.EventFile(self.log_dir, filename_suffix)}

    def get_logdir(self) -> str:
        """Where the files are."""
        return self.log_dir

    def _get_file_writer(self) -> events.EventFile:
        if self.log_dir not in self.files:  # after `close`
            self.files[self.log_dir] = events.EventFile(self.log_dir, self.suffix)
        return self.files[self.log_dir]

    def _write(self, summary, step, when):
        self._get_file_writer().write(summary, step, when)

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A number, for the curve `tag`."""
        self._write(events.scalar(tag, float(scalar_value)), global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Numbers of several curves in one diagram."""
        for tag, value in tag_scalar_dict.items():
            place = os.path.join(self.log_dir, f"{main_tag.replace('/', '_')}_{tag}")
            if place not in self.files:
                self.files[place] = events.EventFile(place, self.suffix)
            self.files[place].write(events.scalar(main_tag, float(value)), global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "auto",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How the elements are distributed.

        bins  how many, their edges, or the name of a way to choose them; see `numpy.histogram`
        """
        flat = as_array(values).reshape(-1).astype(np.float64)
        if not flat.size:
            raise ValueError("The input has no element.")
        counts, edges = np.histogram(flat, "auto" if bins == "tensorflow" else bins)
        if max_bins is not None and len(counts) > max_bins:
            counts, edges = np.histogram(flat, max_bins)
        self._write(events.histogram(tag, flat, counts, edges), global_step, walltime)

    def add_text(
        self,
        tag: str,
        text_string: str,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """A text, in Markdown."""
        self._write(events.text(tag, text_string), global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """A picture of 1, 3 or 4 channels: floats from 0 to 1, or uint8.

        dataformats  the order of its dimensions: "CHW", "HWC" or "HW"
        """
        array = as_array(img_tensor)
        if array.ndim != len(dataformats):
            raise AssertionError(
                "size of input tensor and input format are different.         "
                f"tensor shape: {array.shape}, input_format: {dataformats}"
            )
        if array.dtype != np.uint8:
            array = (array * 255.0).clip(0, 255).astype(np.uint8)
        if dataformats == "HW":
            array, dataformats = array[..., None], "HWC"
        pixels = array.transpose([dataformats.index(each) for each in "HWC"])
        self._write(events.picture(tag, pixels), global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Several pictures, side by side."""
        array = np.moveaxis(as_array(img_tensor), dataformats.index("N"), 0)
        rest = dataformats.replace("N", "")
        row = np.concatenate(list(array), rest.index("W"))
        self.add_image(tag, row, global_step, walltime, rest)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """A figure of matplotlib, or several side by side, as a picture.

        close  let matplotlib forget the figures afterwards
        """
        figures = figure if isinstance(figure, list | tuple) else [figure]
        pictures = []
        for each in figures:
            each.canvas.draw()
            pictures.append(np.asarray(each.canvas.buffer_rgba())[..., :3])
            if close:
                import matplotlib.pyplot as plt  # noqa: PLC0415  there, since a figure is

                plt.close(each)
        row = np.concatenate(pictures, 1)
        self.add_image(tag, row, global_step, walltime, "HWC")

    def add_hparams(
        self,
        hparam_dict: Mapping[str, Any],
        metric_dict: Mapping[str, Any],
        hparam_domain_discrete: Any = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """The settings of a training as a table of text, and its results as numbers."""
        table, _, _ = hparams(hparam_dict)
        self._write(table, global_step, None)
        for name, value in metric_dict.items():
            self.add_scalar(name, value, global_step)

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, **settings: Any
    ) -> None:
        """The model as it prints, as a text: there is no graph of a model that runs as written."""
        self.add_text("model", f"```\n{model!r}\n```")

    def flush(self) -> None:
        """Let readers see what was written."""
        for file in self.files.values():
            file.flush()

    def close(self) -> None:
        """Close the files; what is written afterwards goes to new ones."""
        for file in self.files.values():
            file.close()
        self.files = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def as_array(values):
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
