"""A tiny synthetic training corpus: beats of many rates, coloured noise."""

import numpy as np

from inference.training.container import NOISE_KINDS, Corpus


def tiny_corpus(n_records=12, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(5000) / 500.0
    samples = np.zeros((n_records, 8, 5000))
    for record in samples:
        phase = (t * rng.uniform(0.9, 1.6) + rng.random()) % 1.0
        beat = np.exp(-(((phase - 0.3) / 0.02) ** 2)) + 0.2 * np.exp(-(((phase - 0.6) / 0.06) ** 2))
        record[:] = rng.uniform(-1, 1, size=(8, 1)) * 1000 * beat
    noise = {
        split: {
            kind: np.cumsum(rng.normal(size=(2, 12_000)), axis=1).astype(np.float32) / 50
            for kind in NOISE_KINDS
        }
        for split in ("train", "val", "test")
    }
    return Corpus(
        samples=np.round(samples).astype(np.int16),
        uv_per_step=np.ones(n_records, dtype=np.float32),
        reference=np.ones((n_records, 12), dtype=bool),
        split=np.array([0] * (n_records - 4) + [1] * 2 + [2] * 2, dtype=np.int8),
        source=np.array(["ptbxl"] * n_records),
        record_id=np.array([f"synthetic-{k}" for k in range(n_records)]),
        noise=noise,
    )
