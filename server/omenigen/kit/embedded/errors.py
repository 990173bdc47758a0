"""What can go wrong with embedded servers, in sentences for the person at the terminal."""

from pathlib import Path


class EmbeddedError(Exception):
    """An embedded server cannot do what was asked; the message says why and what to do."""


class AlreadyRunning(EmbeddedError):
    """Another process holds this data folder."""

    def __init__(self, *, folder: Path, pid: int | None) -> None:
        self.folder = folder
        self.pid = pid
        who = f" (process {pid})" if pid else ""
        super().__init__(f"Ωmenigen is already running on the data folder {folder}{who}.")


class ServerMissing(EmbeddedError):
    """The program of a server is not on this machine."""


class ServerFailed(EmbeddedError):
    """A server was started and did not come up."""

    def __init__(self, *, name: str, why: str, log: Path) -> None:
        self.name = name
        self.log = log
        super().__init__(f"{name} did not start: {why}. Its own words are in {log}.{_last_words(log)}")


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-5:]
    except OSError:
        return ""
    return "".join(f"\n  | {line}" for line in lines)
