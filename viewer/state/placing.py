"""A caliper in the making: from points to a caliper, or to a noisy stretch. Qt-free."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from viewer.state.calipers import Caliper, Kind, Spot, TraceName
from viewer.state.page import Cell


class Tool(Enum):
    """What the next drag or clicks on the page make."""

    TIME = "time"
    AMPLITUDE = "amplitude"
    ANGLE = "angle"
    QT = "QT"
    NOISE = "noise"

    @property
    def kind(self) -> Kind:
        """What it looks like on the page."""
        return {Tool.AMPLITUDE: Kind.AMPLITUDE, Tool.ANGLE: Kind.ANGLE}.get(self, Kind.TIME)

    @property
    def n_points(self) -> int:
        return 3 if self is Tool.ANGLE else 2


class Placing:
    """Collects points of one tool in one lead.

    cell  where it began; None until the first point
    """

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.cell: Cell | None = None
        self.wide = False
        self._points: list[tuple[Spot, str]] = []

    @property
    def begun(self) -> bool:
        return bool(self._points)

    @property
    def complete(self) -> bool:
        return len(self._points) == self.tool.n_points

    def begin(self, cell: Cell, *, wide: bool) -> None:
        """It stands in this lead."""
        self.cell, self.wide = cell, wide

    def add(self, spot: Spot, name: str = "") -> None:
        """The next point, and the fiducial it lies on."""
        self._points.append((spot, name))

    def fill(self) -> None:
        """All points at once in the middle of the cell, for a keyboard without a mouse."""
        assert self.cell is not None
        half_s = min(self.cell.span_s / 6, 0.4)
        middle_s = self.cell.start_s + self.cell.span_s / 2
        level_mv = 0.5 if self.tool.kind is Kind.TIME else 0.0
        corners = (
            Spot(middle_s - half_s, 0.5),
            Spot(middle_s + half_s, level_mv),
            Spot(middle_s - 2 * half_s, 0.0),
        )
        self._points = [(spot, "") for spot in corners[: self.tool.n_points]]

    def caliper(
        self, number: int, trace: TraceName, hovering: tuple[Spot, str] | None = None
    ) -> Caliper | None:
        """The caliper of the points, the missing ones where the hand hovers."""
        points = list(self._points)
        if hovering is not None:
            points += [hovering] * (self.tool.n_points - len(points))
        if self.cell is None or len(points) < self.tool.n_points:
            return None
        kind, angle = self.tool.kind, self.tool is Tool.ANGLE
        (start, name), (stop, other) = points[1:3] if angle else points[:2]
        if kind is Kind.TIME:
            stop = Spot(stop.time_s, start.value_mv)
        elif kind is Kind.AMPLITUDE:
            stop = Spot(start.time_s, stop.value_mv)
        return Caliper(
            number=number,
            kind=kind,
            lead=self.cell.lead,
            wide=self.wide,
            start=start,
            stop=stop,
            apex=points[0][0] if angle else None,
            trace=trace,
            snapped=(name, other),
            qt=self.tool is Tool.QT,
        )


def ordered(caliper: Caliper) -> Caliper:
    """A time caliper whose start is its left bar, however it was drawn."""
    if caliper.kind is not Kind.TIME or caliper.start.time_s <= caliper.stop.time_s:
        return caliper
    names = (caliper.snapped[1], caliper.snapped[0])
    return replace(caliper, start=caliper.stop, stop=caliper.start, snapped=names)
