"""The documents' code runs and prints what they say."""

import re
from pathlib import Path

import pytest

import cases
import polynet as pn

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


CELL = r"([0-9.e+-]+) \([0-9.]+\)"
TABLE = re.findall(
    rf"^\| (\w+) \| (\d+) \((\d+)\) \| {CELL} \| {CELL} \| {CELL} \|$",
    (ROOT / "README.md").read_text(),
    re.M,
)


@pytest.mark.parametrize("case", cases.fpbench(), ids=lambda case: case.name)
def test_networks_and_bounds_are_as_good_as_readme_says(case):
    ((neurons, papers, gates, by_neurons, merged),) = (r[1:] for r in TABLE if r[0] == case.name)
    net = pn.compile(case.polynomial, case.box)
    assert net.neurons == int(neurons)
    assert pn.compile(case.polynomial, case.box, construction="paper").neurons == int(papers)
    for certificate, written in (
        (net.certify(), gates),
        (net.certify(by="neurons"), by_neurons),
        (net.merged().certify(by="neurons"), merged),
    ):
        assert certificate.upper <= 1.01 * float(written)
