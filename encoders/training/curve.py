"""The curve of a training, as a picture."""

from pathlib import Path

from encoders.training.fit import History


def draw(history: History, file: Path) -> None:
    """Loss and validation recall by epoch, as a PNG; the epoch that was kept is marked."""
    from matplotlib.figure import Figure  # without pyplot: no display is looked for

    figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
    loss = figure.subplots()
    recall = loss.twinx()
    epochs = range(1, len(history.losses) + 1)
    loss.plot(epochs, history.losses, color="tab:red")
    recall.plot(epochs, history.recalls, color="tab:blue")
    recall.axvline(history.best + 1, color="grey", linestyle=":")
    loss.set(xlabel="epoch", ylabel="training loss (red)")
    recall.set(ylabel="validation recall, mean of R@1, 5, 10 (blue)")
    figure.savefig(file)
