"""The plot of report.py: time to the last subscriber over that of the floor, by number of subscribers, as SVG."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as pyplot
from report import label, p50_ratio

LEFT_OUT = ("floor-two",)


def line(axis, results, name, way, reference, **style):
    """Where this server was measured, and how it did."""
    points = [(n, p50_ratio(results.of("one", n, name), way, reference)) for n in results.subscribers("one")]
    points = [(n, ratio) for n, ratio in points if ratio is not None]
    if points:
        axis.plot(*zip(*points), marker="o", markersize=3, **style)


def draw(results, path):
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "peers", "font.size": 8, "axes.titlesize": 9})
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    titles = (("peer_durable", "floor_durable", "all with the message on disk first, ÷ durable floor"),
              ("peer", "floor", "peers without disk, ÷ plain floor"))
    for axis, (way, reference, title) in zip(axes, titles):
        for name in results.peers("one"):
            if name not in LEFT_OUT and name != "hansho-json":
                line(axis, results, name, way, reference, linewidth=1, label=label(name))
        line(axis, results, None, "hansho", reference, linewidth=2.5, color="black", label="Hansho (disk in both)")
        axis.axhline(1, color="grey", linewidth=0.6)
        axis.set(xscale="log", yscale="log", title=title, xlabel="subscribers")
        axis.set_xticks(results.subscribers("one"), [f"{n:,}" for n in results.subscribers("one")])
        axis.set_yticks([0.8, 1, 1.5, 2, 3, 4, 6, 8], ["0.8", "1", "1.5", "2", "3", "4", "6", "8"])
        axis.minorticks_off()
    axes[0].set_ylabel("time to the last subscriber, times the floor's")
    axes[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
