"""`python -m inference.evaluation denoising|quality|st|speed ...`: one module per part."""

import sys
from importlib import import_module
from pathlib import Path

_FOLDER = Path(__file__).parent
_PARTS = ("denoising", "quality", "st", "speed")


def main(argv: list[str] | None = None) -> int:
    """Hands the remaining arguments to the part's own `main`."""
    arguments = sys.argv[1:] if argv is None else argv
    known = [part for part in _PARTS if (_FOLDER / f"{part}.py").exists()]
    if not arguments or arguments[0] not in known:
        print(f"usage: python -m inference.evaluation {{{','.join(known)}}} ...", file=sys.stderr)
        return 2
    status: int = import_module(f"inference.evaluation.{arguments[0]}").main(arguments[1:])
    return status


if __name__ == "__main__":
    raise SystemExit(main())
