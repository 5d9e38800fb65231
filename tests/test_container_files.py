"""The image and its services, without an engine: what is copied is all that runs, and each command is a real one."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from typer.main import get_command

from mammo.commands import app
from tests.end_to_end.browser import wait_for

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
BUILD, RUN = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).split("FROM ")[1:]
COPIED = [word for line in re.findall(r"^COPY --chown=mammo (.+)$", RUN, re.MULTILINE) for word in line.split()[:-1]]
NOT_RUN = {  # what is at the top and only developers or the build need
    ".ci", ".dockerignore", ".gitignore", "Dockerfile", "Makefile", "README.md", "benchmarks", "compose.yaml", "docs",
    "pyproject.toml", "requirements-dev.txt", "requirements.txt", "tests",
}  # fmt: skip
OPEN_ALL_PAGES = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
for page in sorted(Path("pages").glob("*.py")):
    app.switch_page(str(page)).run()
    assert app.title and not app.exception, page
sys.exit("torch" in sys.modules)
"""


def tracked(*places):
    listed = subprocess.run(["git", "ls-files", *places], cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(line) for line in listed.stdout.splitlines()]


def services():
    """The lines of each service of compose.yaml, by its name."""
    block = COMPOSE.split("\nservices:\n")[1].split("\nvolumes:\n")[0]
    _, *parts = re.split(r"^  ([\w-]+):\n", block, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def parsed(words):
    """The options of a command of ours, as it would get them; an exception if it has no such command or option."""
    commands = get_command(app)
    command = commands.get_command(commands.make_context("mammo", list(words), resilient_parsing=True), words[0])
    return command.make_context(words[0], list(words[1:])).params


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A folder that holds what the Dockerfile copies, and nothing else."""
    folder = tmp_path_factory.mktemp("image")
    for file in tracked(*COPIED):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    return folder


def test_everything_at_the_top_is_copied_or_known_to_be_for_developers():
    assert {file.parts[0] for file in tracked()} == set(COPIED) | NOT_RUN
    assert set(COPIED).isdisjoint(NOT_RUN)


def test_nothing_that_is_copied_is_kept_from_the_build():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    needed = tracked(*COPIED, "requirements.txt")
    paths = {part.as_posix() for file in needed for part in (file, *file.parents)}
    assert [path for path in paths if any(fnmatch(path, pattern) for pattern in ignored)] == []


def test_the_image_holds_what_runs_and_no_tools_of_developers():
    assert "-r requirements.txt" in BUILD
    assert "-dev" not in BUILD + RUN
    assert "COPY --from=build /venv /venv" in RUN
    assert "ENV PATH=/venv/bin:$PATH" in RUN


def test_nobody_is_root_in_the_image():
    user = re.findall(r"^USER (\S+)$", RUN, re.MULTILINE)
    assert user == ["mammo"]
    assert f"useradd --create-home {user[0]}" in RUN
    assert f"chown {user[0]} /data" in RUN
    assert RUN.index("USER mammo") < RUN.index("ENTRYPOINT")


def test_the_images_and_the_services_commands_exist_with_their_options():
    assert json.loads(re.search(r"^ENTRYPOINT (.+)$", RUN, re.MULTILINE)[1]) == ["python", "-m", "mammo"]
    assert parsed(json.loads(re.search(r"^CMD (.+)$", RUN, re.MULTILINE)[1]))["demo"] is True
    asked = {name: re.search(r"^    command: \[(.+)\]$", text, re.MULTILINE) for name, text in services().items()}
    words = {name: [word.strip(' "') for word in found[1].split(",")] for name, found in asked.items() if found}
    assert {name: words[name][0] for name in words} == {"app": "serve", "worker": "worker", "gpu-worker": "worker"}
    assert parsed(words["app"])["workers"] == 0
    assert (parsed(words["worker"])["device"], parsed(words["gpu-worker"])["device"]) == ("cpu", "auto")


def test_the_services_share_one_home_and_the_dashboard_is_open_to_this_machine_alone():
    assert set(services()) == {"app", "worker", "gpu-worker", "database"}
    ours = [text for name, text in services().items() if name != "database"]
    assert all("<<: *mammo" in text for text in ours)
    assert re.search(r"^x-mammo: &mammo$", COMPOSE, re.MULTILINE)
    assert "- mammo:/data" in COMPOSE.split("services:")[0]
    assert "MAMMO_HOME=/data" in RUN
    assert re.findall(r'- "(.+:8501)"', services()["app"]) == ["127.0.0.1:8501:8501"]
    assert "\t" not in COMPOSE


@pytest.mark.slow
def test_what_is_copied_serves_and_the_health_check_tells_it_from_what_does_not(image, tmp_path, monkeypatch):
    check = json.loads(re.search(r"^HEALTHCHECK .*?CMD (.+)$", RUN, re.MULTILINE)[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, *check[1:-1], check[-1].replace("8501", port)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1
    monkeypatch.setenv("MAMMO_HOME", str(tmp_path / "home"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    serve = [sys.executable, "-m", "mammo", "serve", "--port", port, "--no-demo"]
    server = subprocess.Popen(serve, cwd=image, **quiet)
    try:
        wait_for(f"http://localhost:{port}/_stcore/health")
        assert subprocess.run(command, check=False).returncode == 0
    finally:
        server.send_signal(2)
        server.wait(timeout=60)


@pytest.mark.slow
def test_what_is_copied_draws_every_page_and_loads_no_torch(image):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", OPEN_ALL_PAGES], cwd=image, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
