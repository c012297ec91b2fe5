"""Teach a small GPT to add: it reads "27+85=" and writes the sum, digit by digit.

The sum is written with its last digit first, 211 for 112, since the carry goes that way. A part of
all problems is held out: on these the network shows that it can add and does not just remember.

python examples/transformer.py                 numbers of two digits
python examples/transformer.py --digits 3      of three, which takes three times as long
"""

import argparse
import time
from pathlib import Path

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint
from minitorch.nn import functional as F

TOKENS = "0123456789+="
WIDTH, HEADS, LAYERS = 64, 4, 2
HELD_OUT = 500


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def heads(self, x):
        """Queries, keys and values, each (N, HEADS, L, WIDTH / HEADS)."""
        n, length, _ = x.shape
        parts = self.maps(x).view(n, length, 3, HEADS, WIDTH // HEADS)
        return parts.permute(2, 0, 3, 1, 4).unbind()

    def forward(self, x):
        y = F.scaled_dot_product_attention(*self.heads(x), is_causal=True)
        return self.out(y.transpose(1, 2).reshape(x.shape))

    def weights(self, x):
        """How much each place looks at each place before it, (N, HEADS, L, L)."""
        q, k, _ = self.heads(x)
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        later = minitorch.ones_like(scores, dtype=minitorch.bool).triu(1)
        return scores.masked_fill(later, float("-inf")).softmax(-1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.attention = SelfAttention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.network = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH)
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.network(self.norm2(x))


class GPT(nn.Module):
    """The chances of what comes next, after each place of a text of at most `length` tokens."""

    def __init__(self, length):
        super().__init__()
        self.token = nn.Embedding(len(TOKENS), WIDTH)
        self.place = nn.Embedding(length, WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.out = nn.Linear(WIDTH, len(TOKENS), bias=False)
        self.apply(self.start)

    def start(self, module):
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)

    def embed(self, text):
        return self.token(text) + self.place(minitorch.arange(text.shape[1], device=text.device))

    def forward(self, text):
        return self.out(self.norm(self.blocks(self.embed(text))))

    @minitorch.no_grad()
    def write(self, text, count):
        """`text`, (N, L), and the `count` tokens that seem likeliest after it."""
        for _ in range(count):
            following = self(text)[:, -1].argmax(-1, keepdim=True)
            text = minitorch.cat([text, following], 1)
        return text


def digits_of(numbers, count):
    """(N,) to (N, count): the digits, the highest first."""
    powers = 10 ** minitorch.arange(count - 1, -1, -1, device=numbers.device)
    return numbers.unsqueeze(1) // powers % 10


def problems(numbers, digits):
    """Texts such as 27+85=211 as indices of TOKENS; `numbers` holds a * 10**digits + b."""
    a, b = numbers // 10**digits, numbers % 10**digits
    plus, equals = (minitorch.full((len(a), 1), TOKENS.index(sign)) for sign in "+=")
    parts = digits_of(a, digits), plus, digits_of(b, digits), equals
    return minitorch.cat([*parts, digits_of(a + b, digits + 1).flip(1)], 1)


def read(text):
    """A text as it would be written: 27 + 85 = 112."""
    written = "".join(TOKENS[i] for i in text)
    problem, _, answer = written.partition("=")
    return f"{problem.replace('+', ' + ')} = {answer[::-1]}"


def make_optimizer(model, lr):
    """AdamW that lets matrices decay, but neither biases nor norms."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))


def train(model, texts, known, steps, batch_size, lr, path, resume):
    """Returns the losses; `known` tokens of a text are given, the others are to be found."""
    optimizer = make_optimizer(model, lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    losses = []
    run = Checkpoint(path, model=model, optimizer=optimizer, scheduler=scheduler, losses=losses)
    if resume and not run.resume():
        print(f"there is no {path} yet: this run begins at the beginning")
    start, first = time.perf_counter(), run.steps_done
    for step in run.steps(steps):
        batch = texts[minitorch.randint(len(texts), (batch_size,))]
        targets = batch[:, 1:].clone()
        targets[:, : known - 1] = -1
        scores = model(batch[:, :-1])
        loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
        done = step + 1
        if done % max(1, steps // 10) == 0:
            speed = (done - first) * batch_size / (time.perf_counter() - start)
            print(f"step {done:5d}/{steps}   loss {loss:.4f}   {speed:,.0f} samples/s", flush=True)
    return losses


def plot(model, text, losses, path):
    """The losses, and what the heads of the last layer look at when they write a sum."""
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    figure = Figure(figsize=(10, 5.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    axes = left.subplots()
    axes.semilogy(losses)
    axes.set(title="Training loss", xlabel="step")
    axes.grid(alpha=0.3)
    *first, last = model.blocks
    x = model.embed(text[:, :-1])
    for block in first:
        x = block(x)
    weights = last.attention.weights(last.norm1(x))[0].detach().cpu()
    names = [TOKENS[i] for i in text[0].tolist()]
    after = names.index("=")
    right.suptitle(f"The heads of the last layer: {read(text[0].tolist())}")
    for axes, head in zip(right.subplots(HEADS, 1), weights):
        axes.imshow(head[after:], cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(names) - 1), names[:-1])
        axes.set_yticks(range(len(names) - 1 - after), names[after + 1 :])
        axes.set_ylabel("writes")
    axes.set_xlabel("looks at")
    figure.savefig(path, dpi=150)
    print(f"\nwrote {path}")


def prepare_plot(path):
    """See before the training that the picture can be drawn and written after it."""
    try:
        import matplotlib  # noqa: F401, PLC0415  only --plot needs it
    except ImportError:
        raise SystemExit('--plot needs matplotlib: pip install "minitorch-numpy[plot]"') from None
    Path(path).parent.mkdir(parents=True, exist_ok=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--digits", type=int, choices=[1, 2, 3], default=2)
    parser.add_argument("--steps", type=int, help="400 for each digit")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.003)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="save the run there each minute and on Ctrl-C"
    )
    parser.add_argument("--resume", action="store_true", help="go on from that file")
    parser.add_argument(
        "--plot", nargs="?", const="transformer.png", metavar="FILE", help="draw what it looks at"
    )
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error("--resume needs --checkpoint FILE")
    if args.batch_size < 1:
        parser.error("--batch-size is at least 1")
    if args.plot:
        prepare_plot(args.plot)

    minitorch.manual_seed(args.seed)
    numbers = minitorch.randperm(100**args.digits)
    texts = problems(numbers, args.digits).to(args.device)
    held_out = min(HELD_OUT, len(texts) // 5)
    new, known = texts[:held_out], 2 * args.digits + 2
    model = GPT(texts.shape[1] - 1).to(args.device)
    count = sum(p.numel() for p in model.parameters())
    print(f"a GPT of {count:,} parameters, {len(texts) - held_out:,} problems to learn from")
    steps = 400 * args.digits if args.steps is None else args.steps
    saving = args.checkpoint, args.resume
    losses = train(model, texts[held_out:], known, steps, args.batch_size, args.lr, *saving)

    written = model.write(new[:, :known], args.digits + 1)
    right = (written == new).all(1)
    print(
        f"\nof {held_out} problems that it has never seen {right.sum().item()} are right, such as"
    )
    for text, good in list(zip(written.tolist(), right.tolist()))[:5]:
        print(f"  {read(text)}{'' if good else '   wrong'}")
    print(f"accuracy {100 * right.float().mean().item():.1f} %")
    if args.plot:
        plot(model, new[1:2], losses, args.plot)


if __name__ == "__main__":
    main()
