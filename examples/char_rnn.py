"""Learn a nursery rhyme letter by letter, and recite it.

    python examples/char_rnn.py --plot

The rhyme is The House that Jack Built, each verse of which repeats the one before it. A letter
alone says little of the next one; so the network, an LSTM, has to remember where in a verse it is.
"""

import argparse
import math
import time
from pathlib import Path

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint

PARTS = [
    "the house that Jack built.",
    "the malt that lay in ",
    "the rat that ate ",
    "the cat that killed ",
    "the dog that worried ",
    "the cow with the crumpled horn that tossed ",
    "the maiden all forlorn that milked ",
    "the man all tattered and torn that kissed ",
    "the priest all shaven and shorn that married ",
    "the cock that crowed in the morn that waked ",
    "the farmer sowing his corn that kept ",
]
VERSES = ["This is " + "".join(PARTS[last::-1]) for last in range(len(PARTS))]
TEXT = "\n".join(VERSES) + "\n"
LETTERS = sorted(set(TEXT))


class CharRNN(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.embed = nn.Embedding(len(LETTERS), 32)
        self.lstm = nn.LSTM(32, hidden, batch_first=True)
        self.next = nn.Linear(hidden, len(LETTERS))

    def forward(self, letters, state=None):
        """(N, T) to scores of the letter after each, (N, T, letters), and the state after them."""
        output, state = self.lstm(self.embed(letters), state)
        return self.next(output), state


def encode(text):
    return minitorch.tensor([LETTERS.index(letter) for letter in text])


def batch_of(text, size, length):
    """Pieces of the text (N, T) from random places, and the same one letter further on."""
    starts = minitorch.randint(len(text) - length, (size, 1), device=text.device)
    places = starts + minitorch.arange(length + 1, device=text.device)
    pieces = text[places]
    return pieces[:, :-1], pieces[:, 1:]


def train(model, text, steps, lr, report, path, resume):
    """Returns the loss of each step, in bits a letter."""
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    losses = []
    run = Checkpoint(path, model=model, optimizer=optimizer, scheduler=scheduler, losses=losses)
    if resume and not run.resume():
        print(f"there is no {path} yet: this run begins at the beginning")
    for step in run.steps(steps):
        letters, targets = batch_of(text, size=16, length=96)
        optimizer.zero_grad()
        scores, _ = model(letters)
        loss = criterion(scores.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item() / math.log(2))
        if (step + 1) % report == 0:
            print(f"step {step + 1:4d}   {losses[-1]:.3f} bits a letter", flush=True)
    return losses


def recite(model, device, verses, temperature):
    """What the network says after an empty line, until it has said so many lines."""
    said, state, letter = "", None, "\n"
    with minitorch.no_grad():
        while said.count("\n") < verses and len(said) < 2 * len(TEXT):
            scores, state = model(encode(letter).to(device).reshape(1, 1), state)
            chances = (scores[0, 0] / temperature).softmax(0)
            letter = LETTERS[int(minitorch.multinomial(chances, 1))]
            said += letter
    return said


def plot_losses(losses, path):
    from matplotlib.figure import Figure  # noqa: PLC0415  only --plot needs it

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, len(losses) + 1), losses)
    axes.set(title="The House that Jack Built", xlabel="step", ylabel="bits a letter")
    axes.set_ylim(0, None)
    axes.grid(alpha=0.3)
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
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--hidden", type=int, default=128, help="size of the LSTM's state")
    parser.add_argument("--lr", type=float, default=0.01, help="to begin with; it falls to 0")
    parser.add_argument(
        "--temperature", type=float, default=0.5, help="of the recital: higher is bolder"
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", metavar="FILE", help="save the run there each minute and on Ctrl-C"
    )
    parser.add_argument("--resume", action="store_true", help="go on from that file")
    parser.add_argument(
        "--plot", nargs="?", const="char_rnn.png", metavar="FILE", help="draw the loss"
    )
    args = parser.parse_args(argv)
    if args.resume and not args.checkpoint:
        parser.error("--resume needs --checkpoint FILE")
    if args.temperature <= 0:
        parser.error("--temperature is above 0")
    if args.plot:
        prepare_plot(args.plot)

    minitorch.manual_seed(args.seed)
    text = encode(TEXT).to(args.device)
    model = CharRNN(args.hidden).to(args.device)
    print(
        f"{len(TEXT):,} letters, {len(LETTERS)} different ones: {math.log2(len(LETTERS)):.3f} bits"
    )
    start = time.perf_counter()
    report = max(args.steps // 6, 1)
    losses = train(model, text, args.steps, args.lr, report, args.checkpoint, args.resume)
    print(f"{args.steps * 16 * 96 / (time.perf_counter() - start):,.0f} letters/s\n")

    lines = recite(model, args.device, len(VERSES), args.temperature).splitlines()
    print("\n".join(lines))
    right = sum(line in VERSES for line in lines)
    print(f"\n{right} of {len(lines)} lines are verses of the rhyme")
    if args.plot:
        plot_losses(losses, args.plot)


if __name__ == "__main__":
    main()
