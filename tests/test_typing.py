"""The types that users see: mypy accepts what they write, and the core is as its stub says."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

FILE = Path(__file__).with_name("typing_user.py")
# Names of types, for annotations alone.
ALIASES = ("EnclosedTerms", "Part", "Series", "State", "Terms")


def run(cache, *arguments):
    """Run mypy outside this tree, where a user is, and return what it says."""
    command = [sys.executable, "-m", *arguments]
    found = subprocess.run(command, capture_output=True, text=True, cwd=cache)
    return found.stdout + found.stderr


def test_mypy_accepts_what_users_write(tmp_path):
    strict = ("mypy", "--strict", "--config-file=")
    assert "Success: no issues found" in run(tmp_path, *strict, str(FILE))
    # It does look: a wrong way of evaluating, certificate and name each have their line.
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import polynet as pn\n"
        "net = pn.compile('x', {'x': (0, 1)}, form='flat')\n"
        "net.certify(by='layers')\n"
        "net.to_onnx('p.onnx', certificate=3)\n"
        "net.hidden_layers\n"
    )
    said = run(tmp_path, *strict, str(wrong))
    assert [line.split(":")[1] for line in said.splitlines() if ": error:" in line] == list("2345")


def test_the_core_is_as_its_stub_says(tmp_path):
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("\n".join(f"polynet._core.{name}" for name in ALIASES))
    said = run(tmp_path, "mypy.stubtest", "polynet._core", "--allowlist", str(allowed))
    assert "Success: no issues found" in said, said
