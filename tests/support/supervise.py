"""Holds a listening socket and starts a program with it as descriptor 3, as systemd's socket units do.

usage: supervise.py SOCKET PROGRAM [ARGUMENT ...]

SOCKET is tcp (a free port on 127.0.0.1), unix:PATH or none. Words on standard input tell what to do: start, term, kill;
its end kills the program. What happens is told on standard output, as a JSON object a line:
{event: listening | started | notified | said | exited, at: nanoseconds of CLOCK_MONOTONIC, ...}
The program's standard error is this one's.
"""
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time

BACKLOG = 4096  # as systemd's, and the kernel's own limit


def tell(event, **about):
    print(json.dumps({"event": event, "at": time.monotonic_ns(), **about}), flush=True)


def listen(where):
    if where == "none":
        return None
    if where == "tcp":
        listening = socket.socket(socket.AF_INET)
        listening.bind(("127.0.0.1", 0))
    else:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(where.removeprefix("unix:"))
    listening.listen(BACKLOG)
    return listening


class Program:
    def __init__(self, command, listening, notify_path):
        tell("started")  # before the fork: times since then are an upper bound of those since exec
        self.said, stdout = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.become(command, listening, stdout, notify_path)
        os.close(stdout)

    @staticmethod
    def become(command, listening, stdout, notify_path):
        try:
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            os.dup2(stdout, 1)
            environment = dict(os.environ, NOTIFY_SOCKET=notify_path)
            if listening:
                os.dup2(listening.fileno(), 3)
                os.set_inheritable(3, True)  # if it is 3 already
                environment.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="backpropd.socket")
            os.execve(command[0], command, environment)
        finally:
            os._exit(127)

    def reap(self):
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.said)
        tell("exited", status=status)


class Supervisor:
    def __init__(self, where, command, folder):
        self.command = command
        self.listening = listen(where)
        self.notify_path = f"{folder}/notify"
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.bind(self.notify_path)
        self.program = None
        tell("listening", port=self.listening.getsockname()[1] if where == "tcp" else None)

    def obey(self, word):
        if word == "start":
            self.program = Program(self.command, self.listening, self.notify_path)
        elif self.program:
            os.kill(self.program.pid, {"term": signal.SIGTERM, "kill": signal.SIGKILL}[word])

    def turn(self):
        """One event; False at the end of standard input."""
        sources = [0, self.notified]
        if self.program:
            sources.append(self.program.said)
        ready = select.select(sources, [], [])[0]
        if self.notified in ready:
            tell("notified", state=self.notified.recv(4096).decode())
        if self.program and self.program.said in ready:
            text = os.read(self.program.said, 65536).decode()
            if text:
                tell("said", text=text)
            else:  # it has closed its output, and is about to end
                self.program.reap()
                self.program = None
        if 0 in ready:
            words = os.read(0, 4096).decode().split()
            for word in words:
                self.obey(word)
            return bool(words)
        return True


def main(where, *command):
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(where, list(command), folder)
        while supervisor.turn():
            pass
        if supervisor.program:
            supervisor.obey("kill")
            supervisor.program.reap()


main(*sys.argv[1:])
