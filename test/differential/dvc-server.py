"""Runs DVC commands for the differential test: one JSON request a line in, one JSON answer a line out.

Each command is `dvc.cli.main(arguments)`, what the `dvc` program itself calls, in a fork of this process. So it starts
as fresh as the program does, without the second that it takes to import everything.
"""

import importlib
import json
import os
import sys
import tempfile

from dvc.cli import main


def run(request, names_file):
    """Runs one command in a child; what it wrote and its exit code are the answer."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            become_command(request, out, err, names_file)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return {
            "exit": os.waitstatus_to_exitcode(status),
            "stdout": out.read().decode(errors="replace"),
            "stderr": err.read().decode(errors="replace"),
        }


def become_command(request, out, err, names_file):
    code = 70
    try:
        os.chdir(request["cwd"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.argv = ["dvc", *request["args"]]
        code = main(request["args"])
        sys.stdout.flush()
        sys.stderr.flush()
        with open(names_file, "w", encoding="utf-8") as file:
            file.write("\n".join(sys.modules))
    finally:
        os._exit(code)


def import_what_it_imported(names_file):
    """So that the next command finds it done."""
    with open(names_file, encoding="utf-8") as file:
        for name in file.read().split("\n"):
            if name not in sys.modules:
                try:
                    importlib.import_module(name)
                except Exception:  # A name that only the child could import.
                    sys.modules.setdefault(name, None)
                    del sys.modules[name]


def serve():
    with tempfile.TemporaryDirectory() as folder:
        names_file = os.path.join(folder, "modules")
        for line in sys.stdin:
            answer = run(json.loads(line), names_file)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
            if os.path.exists(names_file):
                import_what_it_imported(names_file)
                os.unlink(names_file)


serve()
