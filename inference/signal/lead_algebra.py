"""Limb-lead and electrode algebra: which leads follow from which.

Einthoven and Goldberger hold exactly for what the electrodes see, so noise is put on
electrodes here, and a cleaned recording is brought back to the same equations.
"""

import numpy as np
from numpy.typing import NDArray

STANDARD_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
LIMB_LEADS = STANDARD_LEADS[:6]
INDEPENDENT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
ELECTRODES = ("RA", "LA", "LL", "V1", "V2", "V3", "V4", "V5", "V6")

# rows: I, II, III, aVR, aVL, aVF; columns: I, II
LIMB_FROM_I_II: NDArray[np.float64] = np.array(
    [[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]], dtype=np.float64
)

# rows: I, II, III; columns: RA, LA, LL
_BIPOLAR: NDArray[np.float64] = np.array([[-1, 1, 0], [-1, 0, 1], [0, -1, 1]], dtype=np.float64)


def lead_matrix() -> NDArray[np.float64]:
    """[12, 9]: the 12 standard leads from the 9 electrode potentials.

    I = LA − RA, II = LL − RA, III = LL − LA, aVx against the mean of the other two,
    Vi against Wilson's terminal (RA + LA + LL)/3.
    """
    matrix = np.zeros((12, 9))
    matrix[:6, :3] = LIMB_FROM_I_II @ _BIPOLAR[:2]
    matrix[6:, :3] = -1 / 3
    matrix[6:, 3:] = np.eye(6)
    return matrix


def expand_to_twelve(independent_mv: NDArray[np.float32]) -> NDArray[np.float32]:
    """[..., 8, n] of INDEPENDENT_LEADS to [..., 12, n] of STANDARD_LEADS."""
    limb = np.einsum(
        "kj,...jn->...kn", LIMB_FROM_I_II.astype(np.float32), independent_mv[..., :2, :]
    )
    return np.concatenate([limb, independent_mv[..., 2:, :]], axis=-2)


def einthoven_residual_mv(limb_mv: NDArray[np.float32]) -> float:
    """Largest RMS by which six limb leads [6, n] break their equations, in mV.

    Constant offsets of the amplifier do not count, nor do samples where a lead is NaN.
    """
    i, ii, iii, avr, avl, avf = limb_mv
    residuals = np.stack([i + iii - ii, avr + (i + ii) / 2, avl - (i - ii / 2), avf - (ii - i / 2)])
    rows = residuals[:, np.isfinite(residuals).all(axis=0)]
    if rows.shape[1] == 0:
        return 0.0
    return float(rows.std(axis=1, dtype=np.float64).max())


def project_limb_leads(
    limb_mv: NDArray[np.float32], weight: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The six limb leads nearest to `limb_mv` that obey the lead equations.

    limb_mv, weight: [6, n]; a lead with a large weight is trusted and hardly moves.
    Weighted least squares for (I, II) at every sample, in closed form (2 × 2).
    """
    design = LIMB_FROM_I_II
    w = weight.astype(np.float64)
    a11, a12, a22 = (
        np.tensordot(design[:, i] * design[:, j], w, 1) for i, j in ((0, 0), (0, 1), (1, 1))
    )
    weighted = w * limb_mv
    b1, b2 = np.tensordot(design[:, 0], weighted, 1), np.tensordot(design[:, 1], weighted, 1)
    determinant = a11 * a22 - a12 * a12
    lead_i = (a22 * b1 - a12 * b2) / determinant
    lead_ii = (a11 * b2 - a12 * b1) / determinant
    return np.tensordot(design, np.stack([lead_i, lead_ii]), 1).astype(np.float32)
