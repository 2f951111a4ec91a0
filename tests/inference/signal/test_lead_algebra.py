"""Lead equations: noise on electrodes obeys them, projection restores them."""

import numpy as np

from inference.signal.lead_algebra import (
    einthoven_residual_mv,
    expand_to_twelve,
    lead_matrix,
    project_limb_leads,
)

RNG = np.random.default_rng(1)


def test_electrode_noise_keeps_einthoven_and_goldberger():
    leads = lead_matrix() @ RNG.normal(size=(9, 400))
    assert einthoven_residual_mv(leads[:6]) < 1e-12


def test_one_limb_electrode_reaches_the_chest_leads_at_minus_a_third():
    potentials = np.zeros((9, 1))
    potentials[1] = 0.9  # LA
    i, ii, iii, avr, avl, avf, *chest = (lead_matrix() @ potentials)[:, 0]
    np.testing.assert_allclose([i, ii, iii], [0.9, 0.0, -0.9])
    np.testing.assert_allclose([avr, avl, avf], [-0.45, 0.9, -0.45])
    np.testing.assert_allclose(chest, [-0.3] * 6)


def test_eight_leads_give_twelve():
    eight = RNG.normal(size=(8, 50)).astype(np.float32)
    twelve = expand_to_twelve(eight)
    np.testing.assert_allclose(twelve[2], eight[1] - eight[0], atol=1e-6)
    np.testing.assert_array_equal(twelve[6:], eight[2:])


def test_projection_obeys_the_equations_and_keeps_trusted_leads():
    limb = (lead_matrix() @ RNG.normal(size=(9, 300)))[:6].astype(np.float32)
    broken = limb.copy()
    broken[0] += 0.2  # lead I is wrong and not trusted
    weight = np.ones((6, 300))
    weight[0] = 1e-6
    fixed = project_limb_leads(broken, weight)
    assert einthoven_residual_mv(fixed) < 1e-6
    np.testing.assert_allclose(fixed, limb, atol=1e-5)


def test_projection_is_weighted_least_squares():
    limb = RNG.normal(size=(6, 5)).astype(np.float32)
    weight = RNG.uniform(0.1, 2.0, size=(6, 5))
    design = np.array([[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]])
    for k in range(5):
        root = np.sqrt(weight[:, k])
        solution, *_ = np.linalg.lstsq(design * root[:, None], limb[:, k] * root, rcond=None)
        np.testing.assert_allclose(
            project_limb_leads(limb, weight)[:, k], design @ solution, atol=1e-5
        )


def test_amplifier_offsets_are_no_contradiction():
    limb = (lead_matrix() @ RNG.normal(size=(9, 300)))[:6]
    assert einthoven_residual_mv(limb + RNG.normal(size=(6, 1))) < 1e-9
