"""Files for TensorBoard, written without TensorBoard."""

from minitorch.utils.tensorboard.events import EventFile as FileWriter
from minitorch.utils.tensorboard.writer import SummaryWriter

__all__ = ["FileWriter", "SummaryWriter"]
