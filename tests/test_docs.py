"""The documents' code runs and prints what they say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(), re.S))
]


def test_readme_has_code():
    assert BLOCKS


@pytest.fixture(scope="module")
def namespace():
    """What the blocks of a document share: a later one may use an earlier one's names."""
    return {}


@pytest.mark.parametrize("block", BLOCKS)
def test_code_in_documents(block, namespace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some write files
    exec(block, namespace)
    for expression, expected in re.findall(r"^(\S.*?) +# ([A-Z]\w*\(.*\))$", block, re.M):
        assert repr(eval(expression, namespace)) == expected
