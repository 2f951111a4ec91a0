"""What holds for every test: off screen, in a folder of its own, without network, without noise."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = Path(tempfile.mkdtemp(prefix="leadlight-test-"))
for _name in ("CONFIG", "LOG", "CACHE", "DATA"):
    os.environ[f"LEADLIGHT_{_name}_DIR"] = str(_HOME / _name.lower())

ATTEMPTS: list[str] = []
"""Addresses that something tried to reach; also filled when the caller swallowed the error."""


def pytest_unconfigure() -> None:
    import shutil

    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing leaves this machine: every attempt fails, and fails the test."""

    def refuse(*address: object, **_: object) -> None:
        ATTEMPTS.append(repr(address))
        raise OSError(f"tests have no network: {address}")

    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != getattr(socket, "AF_UNIX", None):
            refuse(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    ATTEMPTS.clear()
    yield
    assert not ATTEMPTS, f"something tried to reach the network: {ATTEMPTS}"


@pytest.fixture(autouse=True)
def no_stray_log_lines(request, caplog):
    """A warning in our log is either asked for by the test (it takes caplog) or a fault."""
    yield
    if "caplog" in inspect.signature(request.function).parameters:
        return
    stray = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.startswith(("viewer", "inference"))
    ]
    assert not stray, f"log lines that nobody asked for: {stray}"
