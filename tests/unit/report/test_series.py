"""The table of curves: what is in it, what it does not load; and JSON that is read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from zonula.report.folder import readable
from zonula.report.series import write_series
from zonula.simulation.forecast import forecast

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def run():
    return forecast("lps_bolus", settings=("solve.until=0.5 d",), draws=16)


def test_every_quantity_stands_at_every_time_with_its_unit(run, tmp_path):
    write_series(run, tmp_path / "s.parquet")
    table = parquet.read_table(tmp_path / "s.parquet")
    model, result = run.setup.problem.model, run.result
    assert table.column_names == ["time", "draw", "quantity", "kind", "unit", "value"]
    assert table.num_rows == len(result.times) * (3 * len(model.readouts) + len(model.states))
    rows = table.to_pydict()
    for k, (readout, _) in enumerate(model.readouts):
        here = [i for i, (name, kind) in enumerate(zip(rows["quantity"], rows["kind"], strict=True)) if name == readout.name and kind == "readout"]
        assert [rows["value"][i] for i in here] == result.readouts[:, k].tolist()
        assert [rows["time"][i] for i in here] == result.times.tolist()
        assert {rows["unit"][i] for i in here} == {readout.unit_text}
    assert set(rows["kind"]) == {"readout", "p05", "p95", "state"}
    assert json.loads(table.schema.metadata[b"units"])["il6"] == "pg/mL"


def test_writing_it_does_not_load_pandas(tmp_path):
    code = ("import sys\nfrom pathlib import Path\nfrom zonula.report.series import _numbers, _words\nimport numpy as np, pyarrow as pa\n"
            "from pyarrow import parquet\n"
            "table = pa.Table.from_arrays([_numbers(np.arange(4.0)), _words(['a', 'bé'], 2)], names=['x', 'y'])\n"
            "parquet.write_table(table, sys.argv[1])\nprint('pandas' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "t.parquet")], env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert parquet.read_table(tmp_path / "t.parquet").to_pydict() == {"x": [0.0, 1.0, 2.0, 3.0], "y": ["a", "a", "bé", "bé"]}


@pytest.mark.parametrize("data", [
    {}, [], {"a": []}, {"a": {}}, [[]], [{}], {"a": [1, 2.5, None, True, "é\n"], "b": [{"c": [[1, 2], [3]]}, {"d": "x"}]}, "x", 1.0, None,
])
def test_readable_json_says_the_same(data):
    assert json.loads(readable(data)) == data


def test_numbers_stand_in_one_line_and_entries_each_in_their_own():
    assert readable({"a": [1, 2], "b": [{"c": 1}]}) == '{\n "a": [1, 2],\n "b": [\n  {\n   "c": 1\n  }\n ]\n}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable({"a": [float("nan")]})
