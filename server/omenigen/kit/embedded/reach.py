"""PostgreSQL refuses to run as root: find it another user, and a place this user can reach."""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from omenigen.kit.embedded.errors import EmbeddedError
from omenigen.kit.embedded.memory import Memory
from omenigen.kit.embedded.process import Account, as_account

# The first that exists on the machine: our own, PostgreSQL's, and the one that every Unix has.
_CANDIDATES = ("omenigen", "postgres", "nobody")
_OWN_PLACE = Path("/var/lib/omenigen")


def server_account() -> Account | None:
    """The user PostgreSQL runs as: ourselves, or (when we are root) an existing ordinary one."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this machine has no user named omenigen, postgres or nobody. "
        "Two ways out: `useradd --system omenigen`, or start Ωmenigen as an ordinary user."
    )


def place_for(wanted: Path, *, account: Account | None, memory: Memory) -> tuple[Path, str | None]:
    """Where the cluster lies: in the data folder, else in /var/lib/omenigen; the second value says so in words."""
    if account is None or _open_the_way(wanted.parent, account):
        return wanted, None
    known = memory.value("postgres_place")
    if known is None:
        place = _OWN_PLACE / f"{wanted.parent.parent.name}-{secrets.token_hex(4)}"
        known = memory.keep("postgres_place", str(place))
    place = Path(str(known))
    _make_open(place)
    (place / "belongs-to").write_text(f"{wanted.parent.parent}\n")
    notice = (
        f"The user {account.name}, as whom PostgreSQL runs, cannot enter {wanted.parent.parent}: "
        f"the database lies in {place}."
    )
    return place / wanted.name, notice


def reachable_copy(installation: Path, *, account: Account | None) -> Path:
    """The binaries themselves, or a copy where the server's user may execute them (a checkout under /root)."""
    if account is None or _may(account, 'test -x "$1"', installation / "bin" / "postgres"):
        return installation
    package = installation.parent
    version = hashlib.sha256(f"{installation.stat().st_mtime_ns}{installation}".encode()).hexdigest()[:12]
    copy = _OWN_PLACE / f"binaries-{version}"
    if not copy.exists():
        _make_open(_OWN_PLACE)
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        # The programs look for their libraries beside the package: the layout stays.
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        _let_everybody_read(draft)
        # Another start may have been quicker; its copy is as good.
        with contextlib.suppress(OSError):
            draft.rename(copy)
        shutil.rmtree(draft, ignore_errors=True)
    return copy / package.name / installation.name


def _open_the_way(folder: Path, account: Account) -> bool:
    """Let the user pass through our own two folders; the ones above are not ours to change."""
    for ours in (folder.parent, folder):
        ours.chmod(ours.stat().st_mode | 0o011)
    return _may(account, 'cd "$1"', folder)


def _may(account: Account, command: str, path: Path) -> bool:
    """Ask the system itself, as that user: file modes alone do not know of ACLs and mounts."""
    try:
        result = subprocess.run(
            ["/bin/sh", "-c", command, "sh", str(path)],
            capture_output=True,
            check=False,
            timeout=10,
            cwd="/",
            **as_account(account),
        )
    except PermissionError as error:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and this root may not become {account.name}. "
            "Two ways out: start Ωmenigen as an ordinary user, or set DATABASE_URL."
        ) from error
    return bool(result.returncode == 0)


def _make_open(folder: Path) -> None:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.chmod(0o755)


def _let_everybody_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
