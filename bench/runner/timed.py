"""timed.py CAP OUTPUT FILE ARG…: runs a program in a process group of its own and prints, blank-separated,
wall seconds, CPU seconds, peak bytes of its largest process, exit code, and 1 when it was ended after CAP seconds.
Node cannot ask for the resources of one child; wait4 can."""

import os
import signal
import sys
import time

cap, output, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
nothing = os.open(os.devnull, os.O_RDONLY)
capped = False


def stop(_signal, _frame):
    global capped
    capped = True
    os.killpg(pid, signal.SIGKILL)


start = time.perf_counter()
pid = os.posix_spawnp(
    command[0],
    command,
    os.environ,
    file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)],
    setpgroup=0,
)
signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, cap)
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - start
signal.setitimer(signal.ITIMER_REAL, 0)
try:
    # What it left running would disturb whoever comes next.
    os.killpg(pid, signal.SIGKILL)
except ProcessLookupError:
    pass
code = os.waitstatus_to_exitcode(status)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(f"{wall:.6f} {used.ru_utime + used.ru_stime:.6f} {peak} {code} {int(capped)}")
