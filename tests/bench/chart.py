"""A small plot by hand: seconds on a logarithmic axis, one row for each tool, for light and dark pages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 640, 150, 96
ROW, HEAD, FOOT = 24, 40, 34
STYLE = """
text{font:13px system-ui,sans-serif;fill:#222}.quiet{fill:#666;font-size:11px}.title{font-weight:600}
line{stroke:#ddd}.dot{fill:#666}.more{fill:none;stroke:#666;stroke-width:2}
.ours{fill:#b3121d;font-weight:600}.more.ours{fill:none;stroke:#b3121d}
@media(prefers-color-scheme:dark){text{fill:#eee}.quiet{fill:#aaa}line{stroke:#444}.dot{fill:#aaa}
.more{fill:none;stroke:#aaa}.ours{fill:#ff7a80}.more.ours{fill:none;stroke:#ff7a80}}
""".replace("\n", "")


@dataclass(frozen=True)
class Line:
    """One tool: its seconds at the smallest and at the largest size, None where there are none."""

    title: str
    small: float | None
    large: float | None
    is_ours: bool = False


@dataclass(frozen=True)
class Panel:
    """One thing that was measured of all tools."""

    title: str
    lines: tuple[Line, ...]


def drawn(panels: list[Panel], small: str, large: str) -> str:
    """The plot of all panels as SVG; ``small`` and ``large`` name the two kinds of dots."""
    panels = [Panel(panel.title, tuple(line for line in panel.lines if _values(line))) for panel in panels]
    values = [value for panel in panels for line in panel.lines for value in _values(line)] or [1.0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    parts, top = [], 0
    for panel in panels:
        bottom = top + HEAD + ROW * len(panel.lines)
        parts.append(_text(0, top + 22, panel.title, "title"))
        for power in range(low, high + 1):
            x = _x(10.0**power, low, high)
            parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{top + HEAD - 6}" y2="{bottom}"/>')
            parts.append(_text(x, bottom + 14, f"{10.0**power:g} s", "quiet", "middle"))
        for place, line in enumerate(panel.lines):
            parts += _row(line, top + HEAD + ROW * place + ROW // 2, low, high)
        top = bottom + FOOT
    if large:
        parts.append(f'<circle class="dot" cx="6" cy="{top}" r="5"/>' + _text(18, top + 4, small, "quiet"))
        parts.append(f'<circle class="more" cx="126" cy="{top}" r="5"/>' + _text(138, top + 4, large, "quiet"))
    title = "; ".join(panel.title for panel in panels)
    described = "; ".join(_said(panel) for panel in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 14}" width="{WIDTH}" '
        f'height="{top + 14}" role="img"><title>{escape(title)}</title><desc>{escape(described)}</desc>'
        f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def seconds(value: float) -> str:
    """Seconds with as many digits as mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _row(line: Line, y: int, low: int, high: int) -> list[str]:
    ours = " ours" if line.is_ours else ""
    parts = [_text(LEFT - 12, y + 4, line.title, f"name{ours}", "end")]
    for value, kind in ((line.small, "dot"), (line.large, "more")):
        if value is not None:
            parts.append(f'<circle class="{kind}{ours}" cx="{_x(value, low, high):.1f}" cy="{y}" r="5"/>')
    words = " · ".join(seconds(value) for value in _values(line)) + " s"
    return [*parts, _text(WIDTH, y + 4, words, f"value{ours}", "end")]


def _x(value: float, low: int, high: int) -> float:
    share = (math.log10(value) - low) / (high - low)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _values(line: Line) -> list[float]:
    return [value for value in (line.small, line.large) if value]


def _said(panel: Panel) -> str:
    return ", ".join(f"{line.title} {' and '.join(map(seconds, _values(line)))} s" for line in panel.lines)
