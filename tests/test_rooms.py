"""Each stage of the library is one room: it knows earlier rooms, never later ones."""

import ast
import re
import sys
from pathlib import Path

import pytest
import rooms

ROOT = Path(__file__).resolve().parents[1]
HEADERS = ROOT / "cpp" / "include" / "polynet"
SOURCES = ROOT / "cpp" / "src"
BINDINGS = ROOT / "python" / "bindings"
PACKAGE = ROOT / "python" / "polynet"
TESTS = ROOT / "tests" / "cpp"

# In ascending order: a module may import those of earlier lines only, besides its own.
PYTHON_LEVELS = (
    ("errors", "checker"),
    ("_core",),
    ("_frozen", "_optional", "_bars", "installation"),
    ("_floats", "_foreign_numbers"),
    ("_exact",),
    ("_arguments", "_names", "_tokens"),
    ("activation",),
    ("_expansion", "_local"),
    ("_ring",),
    ("_fpcore",),
    ("_parse", "_text", "labels"),
    ("convert",),
    ("polynomial", "box"),
    ("points", "inputs", "readers"),
    ("certificate", "gate", "layer", "network_data"),
    ("evaluation",),
    ("certifier", "storage", "certificate_file"),
    ("softmax", "export"),
    ("network",),
    ("loading", "compiler"),
    ("plot", "verification"),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
PYTHON_LEVEL = {room: level for level, rooms in enumerate(PYTHON_LEVELS) for room in rooms}

CPP_SUFFIXES = {".hpp", ".h", ".cpp"}
CODE_SUFFIXES = CPP_SUFFIXES | {".py", ".pyi", ".cmake", ".txt"}
MAX_LINES = 400

# What would let a compiler break the proofs, or a wheel crash on another CPU.
FORBIDDEN_FLAGS = (
    "-march=native",
    "-mcpu=native",
    "-mtune=native",
    "-ffast-math",
    "-Ofast",
    "-funsafe-math-optimizations",
    "-fassociative-math",
    "-freciprocal-math",
    "-ffp-contract=fast",
    "-ffp-contract=on",
    "/fp:fast",
)


def files(folder, suffixes):
    return sorted(path for path in folder.rglob("*") if path.suffix in suffixes and path.is_file())


def name(path):
    return str(path.relative_to(ROOT))


def includes(path):
    """What a C++ file includes, each as written between its delimiters."""
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text("utf-8"), re.MULTILINE)


LIBRARY = files(HEADERS, CPP_SUFFIXES) + files(SOURCES, CPP_SUFFIXES)
ANY_CPP = files(ROOT / "cpp", CPP_SUFFIXES) + files(ROOT / "tests", CPP_SUFFIXES)


def test_every_cpp_file_is_in_a_room():
    assert {rooms.room_of(path) for path in LIBRARY} <= set(rooms.ROOMS)
    # A source outside the rooms would escape the rules below.
    assert set(files(ROOT / "cpp", CPP_SUFFIXES)) == set(LIBRARY)


def test_rooms_know_lower_rooms_only():
    row = {room: row for room, (_, row, _) in rooms.ROOMS.items()}
    for user, used in rooms.arrows():
        assert row[used] < row[user], f"{user} includes {used}"


def test_the_picture_is_of_these_rooms():
    assert rooms.PICTURE.read_text("utf-8") == rooms.picture(), "run python docs/rooms.py"


def test_installed_headers_need_nothing_else():
    # No Eigen, no Boost, nothing of cpp/src.
    for path in files(HEADERS, CPP_SUFFIXES):
        for include in includes(path):
            own = include.startswith("polynet/")
            assert own or ("/" not in include and "igen" not in include), name(path)


@pytest.mark.parametrize("header", [path for path in LIBRARY if path.suffix != ".cpp"], ids=name)
def test_header_may_be_included_twice(header):
    assert "#pragma once" in header.read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", files(SOURCES, {".cpp"}), ids=name)
def test_source_includes_its_own_header_first(path):
    # Which shows that the header stands on its own.
    own = [path.with_suffix(".hpp"), HEADERS / f"{path.stem}.hpp"]
    existing = [header for header in own if header.is_file()]
    if existing and rooms.room_of(existing[0]) == rooms.room_of(path):
        assert next(rooms.included(path)) == existing[0]


@pytest.mark.parametrize("path", ANY_CPP, ids=name)
def test_cpp_needs_no_python(path):
    for include in includes(path):
        head = include.split("/")[0].lower()
        assert head not in {"pybind11", "nanobind", "numpy", "python.h"}, name(path)
        assert head != "boost" or include.startswith("boost/multiprecision/"), name(path)


def test_cpp_build_needs_no_python():
    for path in [*files(ROOT / "cpp", {".txt", ".cmake"}), TESTS / "CMakeLists.txt"]:
        assert not re.search(r"find_package\(\s*(Python|pybind11)", path.read_text("utf-8"))


def test_bindings_are_the_only_ones_that_know_python():
    used = {include for path in files(BINDINGS, CPP_SUFFIXES) for include in includes(path)}
    assert any(include.startswith("pybind11/") for include in used)
    assert not any(include.endswith(".cpp") for include in used)


def dotted(path):
    """The parts of a module's name below the package: ("cli", "main"), ("__init__",)."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def package_imports(path):
    """Top modules of the package that one of its modules imports, wherever in the file it does so.

    A folder, like a folder of C++ sources, is one room.
    """
    folder = ("polynet", *dotted(path)[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module.split(".") if node.module else []
            if node.level > 0:
                base = [*folder[: len(folder) - node.level + 1], *base]
            imported = [[*base, alias.name] for alias in node.names]
        else:
            continue
        for parts in imported:
            if parts[0] == "polynet":
                top = parts[1] if len(parts) > 1 else "__init__"
                yield top if top in PYTHON_LEVEL else "__init__"


MODULES = [*files(PACKAGE, {".py"}), PACKAGE / "_core.pyi"]


def test_every_module_has_a_level():
    assert {dotted(path)[0] for path in MODULES} == set(PYTHON_LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_imports_only_earlier_modules(path):
    room, *inner = dotted(path)
    for other in package_imports(path):
        if not (inner and other == room):
            assert PYTHON_LEVEL[other] < PYTHON_LEVEL[room], f"{name(path)} imports {other}"


# The checker computes with python-flint; the package reaches it through these modules.
CHECKER = files(PACKAGE / "checker", {".py"})
CHECKER_WITHOUT_FLINT = {
    "__init__",
    "claim",
    "errors",
    "faults",
    "fingerprint",
    "limits",
    "reading",
    "schema",
    "statement",
    "verdict",
}


@pytest.mark.parametrize("path", CHECKER, ids=name)
def test_checker_shares_no_code_with_the_rest(path):
    assert set(package_imports(path)) <= {"checker"}
    text = path.read_text("utf-8")
    assert "_core" not in text
    assert "importlib" not in text
    assert "__import__" not in text
    if path.stem in CHECKER_WITHOUT_FLINT:
        assert "import flint" not in text
        assert "from flint" not in text


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_needs_only_numpy_to_be_imported(path):
    if path in CHECKER and path.stem not in CHECKER_WITHOUT_FLINT:
        return
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            heads = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            heads = {str(node.module).split(".")[0]}
        else:
            continue
        assert heads <= {*sys.stdlib_module_names, "numpy", "polynet"}, heads


def build_files():
    """All but those of the tests that try what a user's compiler options do to the headers."""
    found = [ROOT / "CMakeLists.txt", ROOT / "pyproject.toml", *ROOT.glob("CMakePresets.json")]
    for folder in ("cpp", "python", "tests"):
        found += files(ROOT / folder, {".cmake"})
        found += (ROOT / folder).rglob("CMakeLists.txt")
    found.remove(TESTS / "headers.cmake")
    return found


@pytest.mark.parametrize("path", build_files(), ids=name)
def test_build_breaks_neither_proofs_nor_other_machines(path):
    text = re.sub(r"#.*", "", path.read_text("utf-8"))
    for flag in FORBIDDEN_FLAGS:
        assert flag not in text, f"{name(path)} uses {flag}"


def test_no_source_switches_arithmetic_by_pragma():
    pattern = r"#\s*pragma\s+(STDC\s+FP_CONTRACT\s+(ON|DEFAULT)|GCC\s+optimize|float_control)"
    for path in LIBRARY + files(BINDINGS, CPP_SUFFIXES):
        text = path.read_text("utf-8")
        assert not re.search(pattern, text), name(path)
        assert "__attribute__((optimize" not in text, name(path)


def test_no_compile_option_of_ours_reaches_users():
    text = (ROOT / "cpp" / "CMakeLists.txt").read_text("utf-8")
    options = re.findall(r"target_compile_options\([^)]*\)", text)
    assert any("-ffp-contract=off" in option for option in options)
    assert not any(re.search(r"PUBLIC|INTERFACE", option) for option in options)


def code_files():
    folders = [ROOT / folder for folder in ("cpp", "python", "tests", "benchmarks", "examples")]
    return [path for folder in folders for path in files(folder, CODE_SUFFIXES)]


def test_no_file_is_longer_than_a_few_screens():
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in code_files()}
    assert len(lengths) > 50
    assert {path: n for path, n in lengths.items() if n > MAX_LINES} == {}


def test_property_tests_take_the_same_examples_everywhere():
    # Whatever the environment says: hypothesis has a profile of its own for CI.
    from hypothesis import settings

    assert settings.default.derandomize
    assert settings.default.deadline is None
    for path in files(ROOT / "tests", {".py"}):
        known = path.name in {"conftest.py", "test_rooms.py"}
        assert known or "deadline=" not in path.read_text("utf-8"), name(path)
