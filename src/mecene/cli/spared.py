"""Spared: which parts of libraries no command uses, and how are they left unread?

LightGBM reads scikit-learn, and with it all of SciPy's statistics, for estimators that nobody here
asks for: a second and a half, of a report that takes ten. In a process that is the program's own
it is imported without them, as it is on a machine that has none.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Library → what it would read where it finds it, and works without.
_WITHOUT = {"lightgbm": frozenset({"sklearn", "pandas", "dask", "matplotlib", "graphviz"})}


def prepare() -> None:
    """Have such libraries imported by this process without what nobody asks them for."""
    if not any(isinstance(finder, _Sparing) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Sparing())


class _Sparing(MetaPathFinder):
    """Finds those libraries as ever; while one is read, by its thread alone, the rest is absent."""

    def __init__(self) -> None:
        self._reading = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in getattr(self._reading, "without", ()):
            raise ModuleNotFoundError(f"{fullname} is not read with this library", name=fullname)
        if fullname not in _WITHOUT:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = _Alone(found.loader, self._reading, _WITHOUT[fullname])
        return found


class _Alone(Loader):
    """Loads a module as another loader does, telling what is absent meanwhile."""

    def __init__(self, loader: Loader, reading: Any, without: frozenset[str]) -> None:
        self._loader, self._reading, self._without = loader, reading, without

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._reading.without = self._without
        try:
            self._loader.exec_module(module)
        finally:
            self._reading.without = frozenset()

    def __getattr__(self, name: str) -> Any:
        # Files beside the module are found through its loader.
        return getattr(self._loader, name)
