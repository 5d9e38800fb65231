"""Measuring by name: ``python -m benchmarks claims idle``; without a name, everything there is."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks._frame import Benchmark, save, shown
from benchmarks._peers import PeerError

_FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run benchmarks, print their tables and keep their figures; return the exit code."""
    modules = pkgutil.iter_modules([str(_FOLDER)])
    known = [module.name for module in modules if not module.name.startswith("_") and not module.ispkg]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"There is no benchmark named {unknown[0]!r}; known are: {', '.join(known)}.\n")
        return 2
    failed = False
    for name in names or known:
        benchmark: Benchmark = importlib.import_module(f"benchmarks.{name}").BENCHMARK
        try:
            rows = benchmark.measure()
        except PeerError as error:  # no network, perhaps; the other benchmarks need none
            sys.stderr.write(f"{name}: {error}\n")
            failed = True
            continue
        if not rows:
            continue  # what it needs is not here, as it said
        print(shown(benchmark, rows), flush=True)
        save(name, benchmark, rows, _FOLDER / "results")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
