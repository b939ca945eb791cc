"""The documents' code runs and prints what they say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = {
    path.name: blocks
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if (blocks := re.findall(r"```python\n(.*?)```", path.read_text(), re.S))
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_code_in_documents(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some write files
    namespace = {}  # a later block may use an earlier one's names
    for block in DOCUMENTS[document]:
        exec(block, namespace)
        for expression, expected in re.findall(r"^(\S.*?) +# ([A-Z]\w*\(.*\))$", block, re.M):
            assert repr(eval(expression, namespace)) == expected


def test_readme_has_code():
    assert "README.md" in DOCUMENTS
