"""Runs `aws ecr describe-image-scan-findings` many times without starting Python each time.

Reads one JSON object a line on stdin: args (behind the command's name, in base64), env, cwd, and
columns if stdout is to be a terminal. Writes one a line on stdout: rc, and stdout and stderr in
base64. Each run is a fork of this process, so nothing is left of it for the next one. Pauses between
attempts are left out. The configuration files are those of this process's own environment.
"""
import base64
import fcntl
import functools
import json
import os
import struct
import sys
import tempfile
import termios
import time


def warm_up():
    """Loads what every run loads, and lets the runs share what was read from disk."""
    import awscli.clidriver
    import botocore.loaders

    loader = botocore.loaders.JSONFileLoader
    load = loader.load_file
    cached = functools.lru_cache(maxsize=None)(lambda path: load(loader(), path))
    loader.load_file = lambda self, path: cached(path)
    words = ["ecr", "describe-image-scan-findings", "--generate-cli-skeleton", "output",
             "--repository-name", "aa", "--image-id", "imageTag=a", "--output", "table"]
    null, keep = os.open(os.devnull, os.O_WRONLY), os.dup(1)
    os.dup2(null, 1)
    awscli.clidriver.create_clidriver().main(words)
    sys.stdout.flush()
    os.dup2(keep, 1)
    driver = awscli.clidriver.create_clidriver()
    driver._get_command_table()["ecr"]._get_command_table()
    return driver


def child(driver, run, out, err):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(run["cwd"])
    data = os.environ["AWS_DATA_PATH"]  # awscli set it when it was loaded
    os.environ.clear()
    os.environ.update(run["env"], AWS_DATA_PATH=data)
    time.tzset()
    time.sleep = lambda seconds: None
    args = [os.fsdecode(base64.b64decode(a)) for a in run["args"]]
    words = ["ecr", "describe-image-scan-findings"] + args
    sys.argv = ["aws"] + words
    rc = 1
    try:
        rc = driver.main(words)
    except SystemExit as e:
        rc = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
    except BaseException:
        import traceback
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    if os.isatty(1):
        import colorama.initialise
        colorama.initialise.reset_all()
        sys.__stdout__.flush()
    os._exit(rc)


def read_terminal(master):
    """What was written to a terminal, until nobody has it open any more."""
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            part = b""
        if not part:
            return text.replace(b"\r\n", b"\n")
        text += part


def do(driver, run):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        target = out.fileno()
        if run.get("columns"):
            master, target = os.openpty()
            fcntl.ioctl(target, termios.TIOCSWINSZ, struct.pack("hhhh", 50, run["columns"], 0, 0))
        pid = os.fork()
        if pid == 0:
            child(driver, run, target, err.fileno())
        stdout = b""
        if run.get("columns"):
            os.close(target)
            stdout = read_terminal(master)
            os.close(master)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return {
            "rc": os.waitstatus_to_exitcode(status),
            "stdout": base64.b64encode(stdout or out.read()).decode(),
            "stderr": base64.b64encode(err.read()).decode(),
        }


def main():
    driver = warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(do(driver, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
