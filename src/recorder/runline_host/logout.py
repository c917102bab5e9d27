"""Whether what is started here lives on after a logout, and what keeps it where logind would end it.

logind with KillUserProcesses=yes ends every process of a login's session, setsid and linger or not. A scope of the user's own systemd is
not part of the session, so a run in one lives on as long as that systemd does: for good with linger, else until the last logout.
"""

import os
import shutil
import subprocess

LOGIND = (
    *("busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1"),
    *("org.freedesktop.login1.Manager", "KillUserProcesses", "KillOnlyUsers", "KillExcludeUsers"),
)
BOOTED = "/run/systemd/system"
LINGERS = "/var/lib/systemd/linger"


def said_by(*command, environment=None):
    """What a program prints, or None."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=10,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def user_name():
    return os.environ.get("USER") or os.environ.get("LOGNAME") or str(os.getuid())


def after_logout():
    """What becomes of a run: {"ends": bool or None where that can't be told, "scope": it is started in a scope of its own}."""
    kills = kills_sessions()
    if not kills:
        return {"ends": kills, "scope": False}
    scope = can_scope()
    return {"ends": not (scope and lingers()), "scope": scope}


def kills_sessions():
    """Whether logind ends the processes of a login; None where that can't be told."""
    lines = (said_by(*LOGIND) or "").split("\n")
    if len(lines) != 3:
        return None if os.path.isdir(BOOTED) else False
    only, spared = _names(lines[1]), _names(lines[2])
    user = user_name()
    # As logind itself decides; root is spared unless a list says otherwise.
    if user in spared or (not spared and user == "root"):
        return False
    return user in only if only else lines[0] == "b true"


def _names(line):
    """Of `as 2 "ana" "root"`, as busctl prints a list of texts."""
    return [word.strip('"') for word in line.split()[2:]]


def lingers():
    user = user_name()
    if os.path.exists(os.path.join(LINGERS, user)):
        return True
    return (said_by("loginctl", "show-user", user, "--property=Linger") or "") == "Linger=yes"


def can_scope():
    """Tried for real: a systemd of the user's that can't be reached is none."""
    return said_by("systemd-run", "--user", "--scope", "--quiet", "--", "true", environment=_reaching()) is not None


def _reaching():
    """Where the user's systemd listens; logins that are not interactive are often not told."""
    return dict(os.environ, XDG_RUNTIME_DIR=os.environ.get("XDG_RUNTIME_DIR") or "/run/user/%d" % os.getuid())


def kept(command, environment, run_id):
    """The command and environment of a recorder that has to outlive this login."""
    if not kills_sessions() or not can_scope():
        return command, environment
    scope = ["systemd-run", "--user", "--scope", "--quiet", "--unit=runline-%s" % run_id, "--"]
    if environment.get("XDG_RUNTIME_DIR"):
        return scope + command, environment
    # systemd-run becomes the command, which has no use for what only led to the scope.
    return scope + ["env", "-u", "XDG_RUNTIME_DIR"] + command, dict(
        environment, XDG_RUNTIME_DIR=_reaching()["XDG_RUNTIME_DIR"]
    )
