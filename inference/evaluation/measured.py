"""What an evaluation has measured, before it becomes a document."""

from dataclasses import dataclass, field

from inference.evaluation.noise import Condition
from inference.evaluation.probes import ProbeResult
from inference.evaluation.scoring import Scores


class OtherNoise(Exception):
    """Two methods did not meet the same corrupted inputs; the text says which."""


@dataclass
class Results:
    """Scores by (data set, condition title, method), and the rest.

    probes   by "data set: method"
    cpu_ms   by method: (clean record, one V electrode noisy, every lead noisy)
    digests  by method, then by row: SHA-256 of all noise injected in that row
    """

    scores: dict[tuple[str, str, str], Scores] = field(default_factory=dict)
    lenient: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    paper: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    probes: dict[str, list[ProbeResult]] = field(default_factory=dict)
    cpu_ms: dict[str, tuple[float, ...]] = field(default_factory=dict)
    seam_uv: float = float("nan")
    digests: dict[str, dict[str, str]] = field(default_factory=dict)

    def at(self, dataset: str, condition: Condition, method: str) -> Scores:
        """The scores of one cell, made on first use."""
        return self.scores.setdefault((dataset, condition.title, method), Scores())

    def add(self, other: "Results") -> None:
        """Take over what another process or an earlier run has measured."""
        for name in ("scores", "lenient", "paper", "probes", "cpu_ms"):
            getattr(self, name).update(getattr(other, name))
        for method, rows in other.digests.items():
            self.digests.setdefault(method, {}).update(rows)

    def manifest(self) -> dict[str, str]:
        """Row to hash of its noise; OtherNoise unless every method met the same."""
        rows: dict[str, str] = {}
        for method, digests in self.digests.items():
            for row, digest in digests.items():
                if rows.setdefault(row, digest) != digest:
                    raise OtherNoise(f"{method} met other noise in {row!r}; measure it again.")
        return rows
