"""The pictures of scripts/coverage."""
import math

import matplotlib
import numpy
from matplotlib import colors, pyplot, ticker
from scipy.cluster import hierarchy
from scipy.spatial import distance

from ..pictures import COLOURS, INK, LINE, MARKERS, SOFT, STYLE, save, short

SMALLEST_SHARE = 0.001  # of a column that is worth its room
# Points between a label and what it names; beyond the second, a line leads there.
LABEL_REACHES = 2, 8, 16, 28, 42
MOST_NUMBERED = 28  # workloads whose similarities are written into the cells
SHADES = colors.LinearSegmentedColormap.from_list("share", ["#f5f6f8", "#9cc3e4", "#1b6fb8", "#0b2f57"])


def is_dark(colour):
    red, green, blue, _ = colour
    return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 < 0.22


def bare(axes):
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


# ---- How the workloads spread ------------------------------------------------------------------------


def free_place(size, point, radius, frame, taken, scale):
    """The lower left corner of a box of this size beside a point, where it hides least, and the end of a line
    that leads from the point to it; None if it needs no line. All in pixels; `scale` is one point.
    """
    best = None
    for reach in LABEL_REACHES:
        for step in range(16):
            cosine, sine = math.cos(step * math.pi / 8), math.sin(step * math.pi / 8)
            end = [at + (radius + reach * scale) * part for at, part in zip(point, (cosine, sine))]
            left, low = (at - side * (1 - part) / 2 for at, side, part in zip(end, size, (cosine, sine)))
            box = left, low, left + size[0], low + size[1]
            outside = box[0] < frame.x0 or box[1] < frame.y0 or box[2] > frame.x1 or box[3] > frame.y1
            # Right and left are where one looks first.
            cost = (sum(overlap(box, other) for other in taken) + 1e6 * outside + 3 * reach * scale
                    + (0 if step == 0 else scale if step == 8 else 2 * scale))
            if best is None or cost < best[0]:
                best = cost, (left, low), end if reach > LABEL_REACHES[1] else None
    return best[1:]


def place_labels(axes, places, radii, texts):
    """Names points: first those with most others around them, while there is still room. `places` are in the
    data's coordinates, `radii` in points.
    """
    figure = axes.figure
    scale, frame = figure.dpi / 72, axes.get_window_extent()
    pixels = axes.transData.transform(places)
    taken = {index: (*(at - radius * scale), *(at + radius * scale))
             for index, (at, radius) in enumerate(zip(pixels, radii))}
    crowding = [sum(1 / (20 + math.dist(at, other)) for other in pixels) for at in pixels]
    for index in sorted(range(len(places)), key=lambda place: -crowding[place]):
        at = pixels[index]
        label = axes.annotate(texts[index], places[index], (0, 0), textcoords="offset points", fontsize=8,
                              va="bottom", zorder=4)
        extent = label.get_window_extent(figure.canvas.get_renderer())
        size = numpy.array([extent.width, extent.height])
        others = [box for place, box in taken.items() if place != index]
        corner, end = free_place(size, at, radii[index] * scale, frame, others, scale)
        label.set_position((corner - at) / scale)
        if end is not None:
            axes.annotate("", places[index], (end - at) / scale, textcoords="offset points",
                          arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.6, "shrinkA": 0,
                                      "shrinkB": radii[index]})
        taken[f"label {index}"] = *(numpy.array(corner) - scale), *(corner + size + scale)


def overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)


def area(instructions, most):
    """In square points."""
    return 24 + 140 * math.sqrt(instructions / most)


def spread(entries):
    kinds = list(dict.fromkeys(entry["kind"] for entry in entries))
    suites = list(dict.fromkeys(entry["suite"] for entry in entries))
    most = max(entry["instructions"] for entry in entries)
    figure, axes = pyplot.subplots(figsize=(9.2, max(5.2, 0.9 + 0.2 * (len(kinds) + len(suites)))))
    figure.subplots_adjust(left=0.07, right=0.71, bottom=0.1, top=0.97)
    xs = [entry["working_set"]["99"] for entry in entries]
    ys = [entry["successor_entropy"] for entry in entries]
    axes.set_xscale("log")
    axes.set_xlim(min(xs) / 1.18, max(xs) * 1.18)
    pad = 0.08 * ((max(ys) - min(ys)) or 1)
    axes.set_ylim(max(0, min(ys) - pad), max(ys) + pad)
    for entry, x, y in zip(entries, xs, ys):
        number = kinds.index(entry["kind"])
        colour, hollow = COLOURS[number % 8], suites.index(entry["suite"]) > 0
        axes.scatter([x], [y], s=area(entry["instructions"], most), marker=marker_of(number), zorder=3,
                     linewidth=1.4 if hollow else 0.7, facecolor="white" if hollow else colour,
                     edgecolor=colour if hollow else "white")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=[1, 1.5, 2, 3, 4, 5, 6, 8]))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("working set: opcodes that make up 99 % of the executed instructions")
    axes.set_ylabel("entropy of the next opcode, given the present one (bits)")
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    bare(axes)
    legend(figure, kinds, suites, most)
    figure.draw_without_rendering()
    # As far as a diamond reaches.
    radii = [0.58 * math.sqrt(area(entry["instructions"], most)) for entry in entries]
    place_labels(axes, list(zip(xs, ys)), radii, [short(entry["name"]) for entry in entries])
    return figure


def marker_of(number):
    """Different from that of other kinds of the same colour."""
    return (MARKERS[:-1] + ["p"])[(number + number // 8 * 3) % 8]


def legend(figure, kinds, suites, most):
    def entry(label, marker, size, colour, hollow=False):
        return pyplot.Line2D([], [], linestyle="", marker=marker, markersize=size, label=label,
                             markeredgewidth=1.2 if hollow else 0, markeredgecolor=colour,
                             markerfacecolor="white" if hollow else colour)
    lines = [entry(short(kind), marker_of(number), 7, COLOURS[number % 8])
             for number, kind in enumerate(kinds)]
    if len(suites) > 1:
        lines += [entry(f"suite {short(suite)}", "o", 7, SOFT, number > 0)
                  for number, suite in enumerate(suites)]
    for share in (0.1, 1):
        count = float(f"{share * most:.1g}")
        text = f"{count / 1e6:,.0f} million" if count >= 1e6 else f"{count:,.0f}"
        lines.append(entry(f"{text} instructions", "o", math.sqrt(area(count, most)), LINE))
    figure.legend(handles=lines, loc="center left", bbox_to_anchor=(0.72, 0.53), frameon=False,
                  labelspacing=0.55, fontsize=8.5)


# ---- What they execute -------------------------------------------------------------------------------


def write_cells(axes, values, text, shade):
    for (y, x), value in numpy.ndenumerate(values):
        if text(value):
            axes.text(x, y, text(value), ha="center", va="center", fontsize=7.5,
                      color="white" if is_dark(SHADES(shade(value))) else INK)


def separate(axes, columns, rows):
    axes.set_xticks([x - 0.5 for x in range(1, columns)], minor=True)
    axes.set_yticks([y - 0.5 for y in range(1, rows)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    bare(axes)


def percent(share):
    return f"{100 * share:.0f}" if share >= 0.0095 else f"{100 * share:.1f}" if share >= 0.0005 else ""


def group_map(entries):
    names = list(dict.fromkeys(group for entry in entries for group in entry["groups"]))
    shown = [name for name in names
             if any(entry["groups"].get(name, 0) >= SMALLEST_SHARE for entry in entries)]
    shares = numpy.array([[entry["groups"].get(name, 0) for name in shown] for entry in entries])
    figure, axes = pyplot.subplots(figsize=(1.9 + 0.62 * len(shown), 1.3 + 0.25 * len(entries)),
                                   layout="constrained")
    darkest = max(0.5, shares.max())
    # Square roots: 1 % can still be seen beside 60 %.
    axes.imshow(numpy.sqrt(shares), cmap=SHADES, vmin=0, vmax=math.sqrt(darkest), aspect="auto")
    write_cells(axes, shares, percent, lambda value: math.sqrt(value / darkest))
    axes.set_xticks(range(len(shown)), [name.replace(" + ", " +\n").replace(", ", ",\n") for name in shown])
    axes.set_yticks(range(len(entries)), [short(entry["name"]) for entry in entries])
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    separate(axes, len(shown), len(entries))
    figure.supxlabel("executed instructions by group of ops, in percent of the workload's", fontsize=9,
                     color=SOFT)
    return figure


# ---- How alike they are ------------------------------------------------------------------------------


def clusters(matrix):
    """The tree of the workloads: average linkage of 1 - similarity, neighbours alike."""
    distances = numpy.clip(1 - numpy.array(matrix), 0, None)
    numpy.fill_diagonal(distances, 0)
    condensed = distance.squareform(distances, checks=False)
    return hierarchy.optimal_leaf_ordering(hierarchy.linkage(condensed, "average"), condensed)


def hundredths(value):
    return f"{value:.2f}".lstrip("0") if 0.01 <= value < 0.995 else ""


def similarity_map(entries, matrix, tree):
    order = hierarchy.leaves_list(tree)
    values = numpy.array(matrix)[numpy.ix_(order, order)]
    names = [short(entries[place]["name"]) for place in order]
    side = 0.9 + (0.36 if len(entries) <= MOST_NUMBERED else 0.22) * len(entries)
    figure, (branches, axes) = pyplot.subplots(1, 2, figsize=(side + 2.3, side + 0.5), layout="constrained",
                                               width_ratios=[1, max(2, 0.28 * len(entries))])
    with pyplot.rc_context({"lines.linewidth": 1.1}):
        hierarchy.dendrogram(tree, orientation="left", no_labels=True, ax=branches, color_threshold=0,
                             above_threshold_color=SOFT)
    branches.invert_yaxis()
    branches.set_xticks([0, 0.5, 1], ["1", "0.5", "0"])
    branches.set_xlim(1.02, 0)
    branches.set_xlabel("similarity", fontsize=8)
    bare(branches)
    axes.imshow(values, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
    if len(entries) <= MOST_NUMBERED:
        write_cells(axes, values, hundredths, lambda value: value)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="left")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    separate(axes, len(names), len(names))
    figure.supxlabel("cosine of the histograms of executed opcode pairs: "
                     "1 is the same mix, 0 has no pair in common", fontsize=9, color=SOFT)
    return figure


def save_all(coverage, prefix):
    matplotlib.rcParams.update(STYLE)
    entries, matrix = coverage["workloads"], coverage["similarity"]
    save(spread(entries), f"{prefix}-spread")
    ordered = entries
    if len(entries) > 1:
        tree = clusters(matrix)
        ordered = [entries[place] for place in hierarchy.leaves_list(tree)]
        save(similarity_map(entries, matrix, tree), f"{prefix}-similarity")
    save(group_map(ordered), f"{prefix}-groups")
