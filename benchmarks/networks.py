"""Models, as functions of the library: what `workloads` trains."""

from itertools import pairwise


def xor(torch):
    """2-2-1 with sigmoids."""
    nn = torch.nn

    class XORNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(2, 2)
            self.output = nn.Linear(2, 1)
            self.sigmoid = nn.Sigmoid()

        def forward(self, x):
            return self.sigmoid(self.output(self.sigmoid(self.hidden(x))))

    return XORNet()


def mlp(torch, *sizes):
    """Linear layers of these sizes with ReLU between them."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def convnet(torch, first, second, padding, side):
    """Two 3 x 3 convolutions, each with ReLU and the last or both with pooling, two Linear."""
    nn = torch.nn
    pool = [nn.MaxPool2d(2)] if padding else []
    return nn.Sequential(
        nn.Conv2d(1, first, 3, padding=padding), nn.ReLU(), *pool,
        nn.Conv2d(first, second, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(second * side * side, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def resnet18(torch, classes=1000):
    """He et al., Deep Residual Learning for Image Recognition, 2015; torchvision's resnet18."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, before, after, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(after)
            self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(after)
            self.relu = nn.ReLU(inplace=True)
            self.downsample = None
            if before != after:
                self.downsample = nn.Sequential(
                    nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
                )

        def forward(self, x):
            short = x if self.downsample is None else self.downsample(x)
            y = self.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            y += short
            return self.relu(y)

    widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    stages = [
        nn.Sequential(Block(before, after, stride), Block(after, after, 1))
        for before, after, stride in widths
    ]
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1), *stages,
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(512, classes),
    )  # fmt: skip


def lstm(torch, width=128):
    """One LSTM layer over (batch, length, width); returns its outputs alone."""
    nn = torch.nn

    class Outputs(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(width, width, batch_first=True)

        def forward(self, x):
            return self.lstm(x)[0]

    return Outputs()


def transformer_block(torch, width=128, heads=4):
    """One transformer encoder layer over (batch, length, width), without dropout."""
    layer = torch.nn.TransformerEncoderLayer
    return layer(width, heads, 4 * width, dropout=0.0, batch_first=True)
