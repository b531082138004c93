"""How the pictures of a report look, and how they come to stand in a page: safe for colour-blind readers and on paper.

Colours are Okabe and Ito's; what they tell is told by place, shape or text as well.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from simulator.report.swedish import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.measuring.intervals import Estimate

BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
ORANGE: Final = "#D55E00"
GOLD: Final = "#E69F00"
GREEN: Final = "#009E73"
INK: Final = "#22313A"
GREY: Final = "#6B7A84"
PALE: Final = "#D9E0E4"
IN_TURN: Final = (BLUE, ORANGE, GREEN, GOLD, SKY, INK)
DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
WIDTH: Final = 9.2
MOST_LETTERS: Final = 30
STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tonval",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def svg(figure: Figure, name: str, alternative: str) -> str:
    """The picture as an element of a page, its text for those who cannot see it; `name` keeps its ids its own."""
    import matplotlib as mpl  # noqa: PLC0415 – slow to load
    from markupsafe import escape  # noqa: PLC0415

    out = io.StringIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks is the reader's font's matter
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", drawn)
    head = re.sub(r' (?:width|height)="[^"]*"', "", drawn[: drawn.index(">")])
    return f'{head} role="img" aria-label="{escape(alternative)}"{drawn[drawn.index(">") :]}'


def tidy(text: str) -> str:
    """The text on one line, of a length that a picture has room for."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if plain.startswith("_"):  # what begins so is left out of legends
        plain = f"\N{ZERO WIDTH SPACE}{plain}"
    return plain if len(plain) <= MOST_LETTERS else plain[: MOST_LETTERS - 1] + "…"


@contextmanager
def drawing(height: float) -> Iterator[Figure]:
    """A figure in the house's style."""
    import matplotlib as mpl  # noqa: PLC0415 – slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter, ScalarFormatter  # noqa: PLC0415

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        yield figure
        for axes in figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                if isinstance(axis.get_major_formatter(), ScalarFormatter):
                    axis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _place: int) -> str:
    """A figure at an axis."""
    return number(value, next((n for n in (0, 1, 2) if abs(value - round(value, n)) < 1e-9), 3))


def whiskers(axes: Axes, place: float, estimate: Estimate, look: tuple[str, str]) -> None:
    """A mark with a thick and a thin line for its intervals; `look`: colour and marker."""
    colour, marker = look
    if estimate.bounded:
        axes.plot([estimate.low99, estimate.high99], [place, place], color=colour, linewidth=1.2)
        axes.plot(
            [estimate.low95, estimate.high95],
            [place, place],
            color=colour,
            linewidth=4,
            alpha=0.55,
            solid_capstyle="butt",
        )
    axes.plot([estimate.value], [place], marker=marker, color=colour, markersize=7, linestyle="none")


def named(axes: Axes, names: Sequence[str]) -> None:
    """Rows from below, each with its name."""
    axes.set_yticks(range(len(names)), [tidy(name) for name in names])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
