"""Becomes the store's server, having asked Linux to end it when modbot ends. Run as a script, not imported.

    python -I -S launch.py PARENT_PID LOCK_FD SERVER ARGUMENT...

A small program rather than `preexec_fn`, which may deadlock in a process with threads. It writes its process id, which
stays the server's, into the lock that the server then holds for as long as it lives.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, lock_fd: int, command: list[str]) -> None:
    """Replace this process by the server; return only when modbot is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # modbot died before the line above could take effect
    os.ftruncate(lock_fd, 0)
    os.pwrite(lock_fd, str(os.getpid()).encode(), 0)
    os.execv(command[0], command)  # noqa: S606 - our own arguments, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
