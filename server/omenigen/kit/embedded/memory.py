"""What embedded servers remember between starts: ports, passwords, and where the database lies."""

import contextlib
import json
import os
import secrets
import threading
from pathlib import Path
from typing import Any

from omenigen.kit.embedded.process import free_port, port_is_free


class Memory:
    """A small JSON file, readable by its owner only, replaced as a whole so that a crash cannot halve it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.RLock()
        self._values: dict[str, Any] = {}  # JSON values: strings and ports
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            self._values = json.loads(path.read_text())

    def password(self, name: str) -> str:
        """The password of a server; made at its first start."""
        with self._turn:
            return str(self.value(f"{name}_password") or self.keep(f"{name}_password", secrets.token_urlsafe(24)))

    def port(self, name: str) -> int:
        """The port of the last start when it is still free, else a new one."""
        with self._turn:
            known = self.value(f"{name}_port")
            if isinstance(known, int) and port_is_free(known):
                return known
            return int(self.keep(f"{name}_port", free_port()))

    def value(self, name: str) -> str | int | None:
        return self._values.get(name)

    def keep(self, name: str, value: str | int) -> str | int:
        """Remember a value through crashes."""
        with self._turn:
            self._values[name] = value
            write_private(self._path, json.dumps(self._values, indent=1))
        return value


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner may read it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
