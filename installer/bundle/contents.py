"""What goes into the bundle and what stays out; the spec and the tests read it here."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LEFT_OUT = (
    "inference.training",
    "inference.evaluation",
    "tests",
    "installer",
    # development and what only training, evaluation and tests use
    "IPython",
    "PIL",
    "dask",
    "distributed",
    "hypothesis",
    "jsonschema",
    "matplotlib",
    "mne",
    "mypy",
    "neurokit2",
    "pandas",
    "pip",
    "pypdfium2",
    "pytest",
    "ruff",
    "setuptools",
    "sklearn",
    "sleepecg",
    "tkinter",
    "wfdb",
    # parts of torch that a model of ours never reaches
    "tensorboard",
    "torch.distributed._tools",
    "torch.utils.benchmark",
    "torch.utils.bottleneck",
    "torch.utils.tensorboard",
    "triton",
)
"""Modules PyInstaller must not follow."""

_NOT_NEEDED = re.compile(
    r"""
      (^|/)torch/(include|share|test|testing/_internal/(?!_)|lib/.*\.(a|lib|pdb)$)
    | (^|/)torch/bin/(?!torch_shm_manager)
    | (^|/)PySide6/(Qt/)?(qml|translations|metatypes|resources)/
    | (^|/)PySide6/(Qt/)?(lib|bin)?/?(lib)?Qt6?(Quick|Qml|Pdf|Designer|Sql|Test|Help|ShaderTools)
    | (^|/)PySide6/.*plugins/(sqldrivers|qmltooling|designer|multimedia)/
    | (^|/)(numpy|scipy)(/.*)?/tests/
    | (^|/)resources/guide/architecture\.md$
    """,
    re.VERBOSE,
)


def is_needed(path: str) -> bool:
    """Whether a file that PyInstaller collected belongs into the bundle."""
    return _NOT_NEEDED.search(path.replace("\\", "/")) is None
