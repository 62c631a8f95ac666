"""Kernels are compiled at install, which imports them: their signatures have to be written down."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from numba.core.registry import CPUDispatcher

import kuznia.core
from kuznia.worker.warm import LANGUAGE

MODULES = [
    module.name
    for module in pkgutil.walk_packages(kuznia.core.__path__, "kuznia.core.")
    if module.name.endswith("_kernels") and not module.name.startswith(LANGUAGE)
]


@pytest.mark.parametrize("name", MODULES)
def test_an_import_compiles_every_kernel(name: str) -> None:
    module = import_module(name)
    own = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, CPUDispatcher) and value.py_func.__module__ == name
    }
    assert own
    assert [key for key, value in own.items() if not value.signatures] == []
