"""The lists of mutants fit the tree: each is found, and so are the tests to run against it."""

from pathlib import Path

import mutants
import pytest

TESTS = Path(mutants.__file__).parent
pytestmark = pytest.mark.skipif(
    not (mutants.ROOT / "cpp").is_dir(), reason="tests alone, without the sources"
)


@pytest.mark.parametrize("part", ["checker", "core"])
def test_every_mutant_is_found_once_and_has_tests(part):
    found = mutants.mutants_of(part)
    assert len(found) >= 35
    for mutant in found:
        changed = mutant.applied((mutants.ROOT / mutant.file).read_text("utf-8"))
        assert mutant.new in changed
        assert mutant.old != mutant.new
        assert mutant.why
        for name in mutant.tests.split():
            file = f"test_{name}.py" if part == "checker" else f"cpp/test_{name}.cpp"
            assert (TESTS / file).is_file()


def test_few_survive_and_each_with_a_reason():
    lists = [mutants.mutants_of(part) for part in ("checker", "core")]
    survivors = [m for found in lists for m in found if m.survives]
    assert len(survivors) <= (1 - mutants.SHARE) * sum(map(len, lists))


def test_a_list_that_rots_is_noticed():
    mutant = mutants.Mutant("x", "y.txt", "a", "b", "checker_sums", "so")
    assert mutant.applied("cad") == "cbd"
    for text in ("bcd", "aca"):
        with pytest.raises(SystemExit, match="mend the list"):
            mutant.applied(text)
    with pytest.raises(SyntaxError):
        mutant._replace(file="y.py", new="(").applied("a")
