"""Which of a list of faults the tests notice: ``python tests/mutants.py [--only PART] [NAME...]``.

Each mutant of mutants_checker.py and mutants_core.py is one change of one file that makes a proof
false, or looser than it has to be. One at a time is made in a copy, and the quickest tests that
should fail run against it. What survives is a gap in the tests, unless the list argues that nothing
is wrong with it. An old text that is not found exactly once is an error: the list does not rot.

The checker is Python: its tests import a copy of the installed package in which the file is
changed. The core is built once without optimisation (in build/mutants; needs CMake, Ninja and
doctest); then the changed file alone is compiled, or for a header the tests and what includes it,
and linked before the library. Of an inline function the linker takes the first definition, and
unoptimised code inlines none, so that all of the program has the change.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutants"
SECONDS = 600.0  # of one run of tests; what has not ended by then is killed
SHARE = 0.95


class Mutant(NamedTuple):
    """A change of one file, the tests that should notice, and why it matters.

    `survives` says why no test can: the change is none, or it only widens.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    why: str
    survives: str = ""

    def applied(self, text: str) -> str:
        """Return the file's text with the change."""
        if text.count(self.old) != 1:
            raise SystemExit(
                f"{self.name}: {self.old!r} is {text.count(self.old)} times in {self.file}, not "
                "once; mend the list"
            )
        changed = text.replace(self.old, self.new)
        if self.file.endswith(".py"):
            compile(changed, self.file, "exec")  # a syntax error kills without any test
        return changed


class BrokenError(Exception):
    """The tests fail without a change, or something does not build."""


class Checker:
    """Runs pytest against a copy of the package."""

    def __init__(self, work: Path) -> None:
        spec = find_spec("polynet")
        if spec is None or spec.origin is None:
            raise SystemExit("install polynet first: the checker's tests import it")
        self.package, self.work = Path(spec.origin).parent, work

    def prepare(self, mutants: Iterable[Mutant]) -> None:
        """Nothing is built."""

    def passes(self, tests: str, mutant: Mutant | None) -> bool:
        """Whether the tests pass with the change."""
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            copy = Path(folder) / "polynet"
            shutil.copytree(self.package, copy, ignore=shutil.ignore_patterns("__pycache__", "lib"))
            shutil.copytree(ROOT / "python" / "polynet", copy, dirs_exist_ok=True)
            if mutant:
                changed = mutant.applied((ROOT / mutant.file).read_text("utf-8"))
                (Path(folder) / Path(mutant.file).relative_to("python")).write_text(
                    changed, "utf-8"
                )
            files = [str(ROOT / "tests" / f"test_{name}.py") for name in tests.split()]
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line"]
            environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
            return succeeds([sys.executable, "-m", "pytest", *options, *files], environment)


class Core:
    """Links the changed part and the tests before the library, and runs doctest."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.commands: dict[str, str] = {}

    def prepare(self, mutants: Iterable[Mutant]) -> None:
        """Build the library and all tests of the list."""
        tests = sorted({name for m in mutants for name in m.tests.split()})
        headers = [path for path in sys.path if (Path(path) / "cmeel.prefix").is_dir()]
        run(
            ["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Debug"]
            + ["-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_UNITY_BUILD=OFF"]
            + ["-DPOLYNET_BUILD_TESTS=ON", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
            + ["-DPOLYNET_TESTS=" + ";".join(tests), "-DCMAKE_PREFIX_PATH=" + ";".join(headers)]
            + (["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else [])
        )
        run(["cmake", "--build", BUILD, "--target", "polynet_tests"])
        for entry in json.loads((BUILD / "compile_commands.json").read_text("utf-8")):
            if "/polynet_tests.dir/" in entry["output"] or "/polynet" in entry["output"]:
                self.commands.setdefault(
                    str(Path(entry["file"]).relative_to(ROOT)), entry["command"]
                )

    def passes(self, tests: str, mutant: Mutant | None) -> bool:
        """Whether the tests pass with the change."""
        objects = BUILD / "tests" / "cpp" / "CMakeFiles" / "polynet_tests.dir"
        sources = [f"tests/cpp/test_{name}.cpp" for name in tests.split()]
        parts = [objects / "main.cpp.o"]
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            tree = Path(folder)
            if mutant is None:
                changed = []
            else:
                for part in ("cpp", "tests/cpp"):
                    shutil.copytree(ROOT / part, tree / part)
                text = mutant.applied((ROOT / mutant.file).read_text("utf-8"))
                (tree / mutant.file).write_text(text, "utf-8")
                header = not mutant.file.endswith(".cpp")
                changed = sources + self.readers(mutant.file) if header else [mutant.file]
            for source in changed:
                parts.append(self.compiled(source, tree))
            parts += [objects / (Path(s).name + ".o") for s in sources if s not in changed]
            program = tree / "tests.out"
            compiler = shlex.split(self.commands["tests/cpp/main.cpp"])[0]
            library = BUILD / "cpp" / "libpolynet.a"
            run([compiler, *parts, library, "-pthread", "-o", program])
            return succeeds([str(program), "--abort-after=1"], dict(os.environ))

    def readers(self, header: str) -> list[str]:
        """Return the library's files that include a header of theirs, which tests need not do."""
        names = (header.removeprefix("cpp/src/"), Path(header).name)
        lines = {f'#include "{name}"' for name in names}
        return [
            source
            for source in self.commands
            if source.startswith("cpp/src/")
            and lines.intersection((ROOT / source).read_text("utf-8").splitlines())
        ]

    def compiled(self, source: str, tree: Path) -> Path:
        """Compile a file of the copy as CMake does that of the tree."""
        words = shlex.split(self.commands[source].replace(f"{ROOT}/", f"{tree}/"))
        words = [w.replace(f"{tree}/build", f"{ROOT}/build") for w in words]
        target = tree / (Path(source).name + ".o")
        words[words.index("-o") + 1] = str(target)
        run([word for word in words if not word.startswith("-W")])
        return target


def run(command: list[str | Path]) -> None:
    """Run what has to succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise BrokenError(
            f"{command[0]} ... {command[-1]}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def succeeds(command: list[str], environment: dict[str, str]) -> bool:
    """Run what may fail, or run for ever: whether it succeeds."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def mutants_of(part: str) -> list[Mutant]:
    """Return one list."""
    import mutants_checker
    import mutants_core

    lists = {"checker": mutants_checker.MUTANTS, "core": mutants_core.MUTANTS}
    found = [Mutant(*entry) for entry in lists[part]]
    names = [mutant.name for mutant in found]
    if len(set(names)) < len(names):
        raise SystemExit(f"two mutants have one name: {max(names, key=names.count)}")
    return found


def attempt(part: str, chosen: list[Mutant], jobs: int, work: Path) -> list[Mutant]:
    """Run the mutants of one part and return those that survive."""
    runner: Checker | Core = Checker(work) if part == "checker" else Core(work)
    runner.prepare(chosen)
    for name in sorted({name for mutant in chosen for name in mutant.tests.split()}):
        if not runner.passes(name, None):
            raise BrokenError(f"{part}: test_{name} fails without a change")

    def survives(mutant: Mutant) -> bool:
        start = time.monotonic()
        alive = runner.passes(mutant.tests, mutant)
        word = "killed" if not alive else "survived (argued)" if mutant.survives else "SURVIVED"
        print(f"{part}: {mutant.name}: {word} in {time.monotonic() - start:.1f} s", flush=True)
        return alive

    with ThreadPoolExecutor(jobs) as pool:
        return [m for m, alive in zip(chosen, pool.map(survives, chosen), strict=True) if alive]


def main() -> int:
    """Print the table; 1 if too many survive, or one without an argument."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=["checker", "core"])
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--tests", help="run these in place of those of the list, e.g. older ones")
    parser.add_argument("names", nargs="*", help="of the mutants; all of them by default")
    given = parser.parse_args()
    rows, unargued, total, killed = [], [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for part in [given.only] if given.only else ["checker", "core"]:
            chosen = [m for m in mutants_of(part) if not given.names or m.name in given.names]
            if given.tests:
                chosen = [m._replace(tests=given.tests) for m in chosen]
            survivors = attempt(part, chosen, given.jobs, Path(folder)) if chosen else []
            for file in sorted({m.file for m in chosen}):
                here = [m for m in chosen if m.file == file]
                left = [m for m in survivors if m.file == file]
                rows.append(f"| `{file}` | {len(here)} | {len(here) - len(left)} |")
            total, killed = total + len(chosen), killed + len(chosen) - len(survivors)
            for m in survivors:
                rows.append(f"| - {m.name}: {m.survives or 'NO ARGUMENT'} | | |")
            unargued += [m.name for m in survivors if not m.survives]
            wrong = [m.name for m in chosen if m.survives and m not in survivors]
            if wrong:
                print("killed, although the list argues that they survive:", *wrong)
    print("\n| file | mutants | killed |\n|---|---|---|", *rows, sep="\n")
    print(f"\n{killed} of {total} killed: {killed / max(total, 1):.1%}")
    return int(bool(unargued) or killed < SHARE * total)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenError as failure:
        sys.exit(f"{failure}")
