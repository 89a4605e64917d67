"""The whole path once: build the town library from text, start it, call it, show the proof, stop it.

Needs nothing but what `make setup` installs; fails at the first step that fails.
"""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QL = str(Path(sys.executable).with_name("ql"))
TEXT = "tests/cases/library/requirements.md"
WORK = Path("build/demo")
SERVICE = WORK / "town-library"
START_SECONDS = 60


def say(text: str) -> None:
    """A heading between the steps."""
    print(f"\n== {text}", flush=True)


def ql(*arguments: str) -> None:
    """Run one `ql` command in the open."""
    print(f"$ ql {' '.join(arguments)}", flush=True)
    done = subprocess.run([QL, *arguments], check=False)
    if done.returncode:
        sys.exit(f"demo: ql {arguments[0]} ended with {done.returncode}")


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Api:
    """Calls to the running service, each shown with its answer."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.token = ""

    def call(self, method: str, path: str, *, data: object = None, form: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request and give back the decoded answer; ends the demo on any error."""
        body = urllib.parse.urlencode(form).encode() if form else json.dumps(data).encode() if data else None
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        headers = {"Content-Type": kind, "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.base + path, data=body, headers=headers, method=method)  # noqa: S310 - http only
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - the same
                answer = json.load(response)
                print(f"{method:4} {path:17} {response.status}  {'' if form else json.dumps(answer)}", flush=True)
        except urllib.error.HTTPError as error:
            sys.exit(f"demo: {method} {path} answered {error.code}: {error.read().decode()}")
        return answer

    def sign_in(self, username: str, password: str) -> None:
        """Make the calls that follow as this account."""
        self.token = ""
        self.token = self.call("POST", "/auth/token", form={"username": username, "password": password})["access_token"]


@contextmanager
def running(port: int, seeds: Path) -> Iterator[None]:
    """The service, from when it accepts connections until the block ends."""
    command = [QL, "run", str(SERVICE), "--port", str(port), "--seed", str(seeds)]
    print(f"$ {' '.join(['ql', *command[1:]])}", flush=True)
    log = WORK / "run.log"
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            wait_for(port, process, log)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                sys.exit(f"demo: the service did not stop; its log is {log}")


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the service accepts connections; ends the demo when it does not come up."""
    for _ in range(START_SECONDS * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"demo: the service did not start:\n{log.read_text()}")


def main() -> None:
    """Every step in turn."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    say("build the service from the requirement")
    ql("build", TEXT, "-o", str(SERVICE))

    say("start it, with one librarian and one member")
    librarian = {"username": "desk", "password": secrets.token_urlsafe()}
    member = {"username": "ada", "password": secrets.token_urlsafe()}
    seeds = WORK / "seeds.json"
    ada = {"name": "Ada", "email": "ada@example.org", "joined_on": "2026-01-05", "account": member}
    seeds.write_text(json.dumps({"accounts": [{**librarian, "role": "librarian"}], "members": [ada]}))
    port = free_port()
    with running(port, seeds):
        say("call it: the librarian adds a book, the member borrows it")
        api = Api(port)
        api.sign_in(**librarian)
        book = {"title": "Emma", "author": "Jane Austen", "isbn": "9780141439587", "copies": 1}
        number = api.call("POST", "/books", data=book)["id"]
        api.sign_in(**member)
        api.call("POST", f"/books/{number}/borrow")
        api.call("GET", "/loans")

    say("the proof")
    ql("verify", str(SERVICE))
    print(f"\nThe service is in {SERVICE}, its report in {SERVICE / 'evidence' / 'report.html'}")


if __name__ == "__main__":
    main()
