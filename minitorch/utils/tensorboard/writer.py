"""`SummaryWriter`: the numbers, texts, histograms and pictures of a training, for TensorBoard."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor
from minitorch.utils.tensorboard import events
from minitorch.utils.tensorboard.projector import Projector
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
        self.projector = Projector(self.log_dir)

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
        self._write(events.scalar(tag, float(as_array(scalar_value))), global_step, walltime)

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
            summary = events.scalar(main_tag, float(as_array(value)))
            self.files[place].write(summary, global_step, walltime)

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
        summary = flat.min(), flat.max(), flat.size, flat.sum(), (flat * flat).sum()
        self._write(events.histogram(tag, summary, edges[1:], counts), global_step, walltime)

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: int,
        sum: float,
        sum_squares: float,
        bucket_limits: Sequence[float],
        bucket_counts: Sequence[float],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """A histogram that was counted elsewhere: how many values lie below each limit."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        summary = min, max, num, sum, sum_squares
        data = events.histogram(tag, summary, as_array(bucket_limits), as_array(bucket_counts))
        self._write(data, global_step, walltime)

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Precision and recall of yes-or-no answers, for each threshold of the probability.

        labels       (n,) 0 or 1
        predictions  (n,) the probability of 1
        weights      (n,) how much each counts; None: all the same
        """
        labels = as_array(labels).reshape(-1).astype(np.float64)
        predictions = as_array(predictions).reshape(-1)
        weights = 1.0 if weights is None else as_array(weights).reshape(-1)
        steps = np.floor(predictions * (num_thresholds - 1)).astype(np.int32)
        edges = np.linspace(0, num_thresholds - 1, num_thresholds + 1)
        true, _ = np.histogram(steps, edges, weights=labels * weights)
        false, _ = np.histogram(steps, edges, weights=(1 - labels) * weights)
        tp, fp = np.cumsum(true[::-1])[::-1], np.cumsum(false[::-1])[::-1]
        precision, recall = (tp / np.maximum(1e-7, n) for n in (tp + fp, tp[0]))
        rows = np.stack([tp, fp, fp[0] - fp, tp[0] - tp, precision, recall])
        self._write(events.curve(tag, rows), global_step, walltime)

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """A sound: (n,) or (1, n), from -1 to 1; what lies beyond is clipped."""
        samples = as_array(snd_tensor).squeeze()
        if samples.ndim != 1:
            raise AssertionError("input tensor should be 1 dimensional.")
        samples = (samples.clip(-1, 1) * np.iinfo(np.int16).max).astype(np.int16)
        self._write(events.sound(tag, samples, sample_rate), global_step, walltime)

    def add_embedding(
        self,
        mat: Any,
        metadata: Sequence[Any] | None = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: Sequence[str] | None = None,
    ) -> None:
        """Points for the projector.

        mat              (n, width)
        metadata         n labels; or n rows of labels, whose columns `metadata_header` names
        label_img        (n, channels, height, width) a picture for each, from 0 to 1
        """
        pictures = None if label_img is None else as_array(label_img)
        self.projector.add(
            as_array(mat), metadata, pictures, global_step or 0, tag, metadata_header
        )

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
