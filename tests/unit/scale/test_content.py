"""The content of tables: blind to order, cutting and ways of keeping, awake to everything else."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.small_work import SmallWork

from zonula.scale.content import RowSums, added, ordered
from zonula.scale.work import Layout

TABLE = SmallWork(200).run(0, 200).tables["visits"]


def content(*tables):
    sums = RowSums()
    for table in tables:
        sums.add(table)
    return sums.content


@given(st.lists(st.integers(0, 400), max_size=5), st.integers(0, 2**32))
def test_order_and_cuts_do_not_matter(cuts, seed):
    shuffled = TABLE.take(np.random.default_rng(seed).permutation(len(TABLE)))
    edges = [0, *sorted(cuts), len(TABLE)]
    assert content(*(shuffled.slice(a, b - a) for a, b in pairwise(edges))) == content(TABLE)


def test_parts_seen_apart_join_to_the_whole():
    first, second = RowSums(), RowSums()
    first.add(TABLE.slice(0, 77))
    second.add(TABLE.slice(77))
    first.join(second)
    assert first.content == content(TABLE)
    assert RowSums.of(first.as_dict()).content == first.content


def test_how_texts_are_kept_does_not_matter():
    plain = TABLE.set_column(1, "arm", pc.cast(TABLE["arm"], pa.string()))
    large = TABLE.set_column(1, "arm", pc.cast(TABLE["arm"], pa.large_string()))
    turned = pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array([0, 1] * 200), ["placebo", "repair"]).slice(0, 100),
                               pa.DictionaryArray.from_arrays(pa.array([1, 0] * 150), ["repair", "placebo"])])
    assert content(plain) == content(large) == content(TABLE.set_column(1, "arm", turned)) == content(TABLE)
    assert content(TABLE.select(TABLE.column_names[::-1])) == content(TABLE)


def test_every_cell_matters():
    for name in TABLE.column_names:
        column = TABLE[name].to_pylist()
        column[123] = {int: 10_000, bool: not column[123], float: 0.25, str: "other", type(None): "x"}[type(column[123])]
        changed = TABLE.set_column(TABLE.column_names.index(name), name, pa.array(column, TABLE.schema.field(name).type if name != "arm" else pa.string()))
        assert content(changed) != content(TABLE), name


def test_values_may_not_wander_between_rows_or_columns():
    one = pa.table({"a": [1, 2], "b": [3, 4]})
    assert len({content(t) for t in (one, pa.table({"a": [1, 2], "b": [4, 3]}), pa.table({"a": [3, 4], "b": [1, 2]}), pa.table({"b": [1, 2], "c": [3, 4]}),
                                     pa.table({"a": [1.0, 2.0], "b": [3, 4]}), pa.concat_tables([one, one]), one.slice(0, 1), one.slice(0, 0))}) == 8


def test_missing_is_not_zero_and_one_nan_is_another():
    table = pa.table({"x": pa.array([0, 1], pa.int64())})
    assert content(table) != content(pa.table({"x": pa.array([None, 1], pa.int64())}))
    other = np.array([0x7FC00001, 0xFFC00000, 0x7FC00000], dtype=np.uint32).view(np.float32)
    assert content(pa.table({"x": other})) == content(pa.table({"x": np.full(3, np.nan, np.float32)}))
    assert content(pa.table({"x": other})) != content(pa.table({"x": np.zeros(3, np.float32)}))
    assert content(pa.table({"x": np.array([0.0])})) != content(pa.table({"x": np.array([-0.0])}))


def test_tables_of_other_columns_are_refused():
    sums = RowSums()
    sums.add(TABLE)
    with pytest.raises(ValueError, match="columns differ"):
        sums.add(TABLE.drop_columns("note"))


def test_a_table_is_put_in_order_by_letters():
    shuffled = TABLE.take(np.random.default_rng(3).permutation(len(TABLE)))
    found = ordered(shuffled, Layout(("person", "arm")))
    assert found["person"].to_pylist() == sorted(TABLE["person"].to_pylist())
    assert found["arm"].to_pylist()[:4] == ["placebo", "repair"] * 2
    assert content(found) == content(TABLE)


def test_summed_tables_add_up_whatever_their_dictionaries():
    layout = Layout(("reason",), summed=True)
    one = pa.table({"reason": pa.array(["b", "a"]).dictionary_encode(), "count": [1, 2]})
    two = pa.table({"reason": pa.array(["c", "b"]).dictionary_encode(), "count": [2**61, 4]})
    found = added([one, two], layout)
    assert found.to_pydict() == {"reason": ["a", "b", "c"], "count": [2, 5, 2**61]}
    assert added([two, one], layout).equals(found)
    assert added([added([one], layout), two], layout).equals(found)
    with pytest.raises(ValueError, match="whole numbers"):
        added([pa.table({"reason": ["a"], "count": [0.5]})], layout)
