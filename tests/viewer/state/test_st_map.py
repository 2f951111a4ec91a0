"""The ST map's directions and outlines."""

from __future__ import annotations

import math

import pytest

from viewer.state.st_map import (
    FRONTAL,
    HORIZONTAL,
    ZERO_RING,
    frontal_direction_deg,
    outline,
    radius,
    scale_mv,
)

INFERIOR = {"I": -0.05, "II": 0.2, "III": 0.25, "aVR": -0.08, "aVL": -0.15, "aVF": 0.22}


def test_no_st_change_lies_on_the_zero_ring():
    corners = outline(FRONTAL, dict.fromkeys(INFERIOR, 0.0), 0.2, front_down=True)
    assert all(math.hypot(c.x, c.y) == pytest.approx(ZERO_RING) for c in corners)


def test_inferior_elevation_bulges_towards_the_feet_and_dents_opposite():
    corners = {
        (c.spoke.lead, c.spoke.sign): c
        for c in outline(FRONTAL, INFERIOR, 0.4, front_down=True)
        if c is not None
    }
    assert corners["aVF", 1].y > ZERO_RING
    assert corners["aVF", -1].y > -ZERO_RING
    assert math.hypot(corners["aVL", 1].x, corners["aVL", 1].y) < ZERO_RING


def test_every_plane_has_its_six_leads_and_their_opposites_by_angle():
    for plane in (FRONTAL, HORIZONTAL):
        angles = [spoke.angle_deg for spoke in plane]
        assert angles == sorted(angles)
        assert len(plane) == 12
        positive = {s.lead: s.angle_deg for s in plane if s.sign > 0}
        opposite = {s.lead: s.angle_deg for s in plane if s.sign < 0}
        assert all((opposite[k] - positive[k]) % 360 == 180 for k in positive)


def test_a_lead_without_a_value_leaves_a_gap():
    levels = INFERIOR | {"II": math.nan}
    corners = outline(FRONTAL, levels, 0.4, front_down=True)
    assert sum(corner is None for corner in corners) == 2
    missing = {k: v for k, v in INFERIOR.items() if k != "II"}
    assert sum(c is None for c in outline(FRONTAL, missing, 0.4, front_down=True)) == 2


def test_the_scale_holds_the_largest_level_and_larger_ones_are_cut():
    assert scale_mv({"I": 0.05}) == 0.2
    assert scale_mv({"I": -0.3}, {"I": 0.1}) == 0.4
    assert scale_mv({"I": 9.0}) == 2.0
    assert radius(9.0, 2.0) == 1.0
    assert radius(-9.0, 2.0) == 0.0
    assert scale_mv({}) == 0.2


def test_the_frontal_vector_points_where_the_elevation_is():
    direction = frontal_direction_deg(INFERIOR)
    assert direction == pytest.approx(101, abs=3)
    assert frontal_direction_deg({"I": 0.01, "aVF": 0.01}) is None
    assert frontal_direction_deg({"I": 0.3}) is None
