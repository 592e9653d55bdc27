"""The ADaM data sets of a study as CDISC Dataset-JSON 1.1: one JSON file each, written row by row, so that memory does not grow with the study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zonula.trials.adam_words import KEYS, LABELS

VERSION = "1.1.0"
_ROWS = 16_384  # at a time


def dataset_json(folder: Path, into: Path | None = None, *, when: datetime | None = None) -> list[Path]:
    """Write ``adsl.json`` and its like beside the Parquet files of a folder, or *into* another; which were written.

    Parameters
    ----------
    when : the moment that the files name as theirs; now where it is not said
    """
    into = folder if into is None else into
    into.mkdir(parents=True, exist_ok=True)
    moment = (when or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [_write(folder / f"{name}.parquet", into / f"{name}.json", moment) for name in LABELS if (folder / f"{name}.parquet").exists()]


def _write(source: Path, target: Path, moment: str) -> Path:
    import pyarrow.parquet as pq

    part = target.with_name(f".{target.name}.part")
    try:
        with pq.ParquetFile(source) as file, part.open("w", encoding="utf-8") as out:
            head = json.dumps(head_of(file.schema_arrow, file.metadata.num_rows, moment), ensure_ascii=False, allow_nan=False)
            out.write(head[:-1] + ', "rows": [')
            for i, row in enumerate(_rows(file)):
                out.write(("," if i else "") + "\n" + json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
            out.write("]}\n")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _rows(file: Any) -> Iterator[list[Any]]:
    """Rows as plain values; what is not known is null, as it is in Parquet."""
    for batch in file.iter_batches(batch_size=_ROWS):
        yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))


def head_of(schema: Any, records: int, moment: str) -> dict[str, Any]:
    """What a file says of itself before its rows."""
    said: Mapping[str, str] = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    name, study = said["dataset"], said["STUDYID"]
    return {"datasetJSONCreationDateTime": moment, "datasetJSONVersion": VERSION, "fileOID": f"{study}.{name}",
            "originator": "Zonula: every person is simulated; not evidence about people",
            "sourceSystem": {"name": "Zonula", "version": said["version"]}, "studyOID": study, "metaDataVersionOID": f"MDV.{study}",
            "metaDataRef": "define.json", "itemGroupOID": f"IG.{name}", "records": records, "name": name, "label": said["label"],
            "columns": [_column(field, name) for field in schema]}


def _column(field: Any, name: str) -> dict[str, Any]:
    import pyarrow as pa

    kind = "float" if pa.types.is_floating(field.type) else "integer" if pa.types.is_integer(field.type) else "string"
    said = {"itemOID": f"IT.{name}.{field.name}", "name": field.name, "label": field.metadata[b"label"].decode(), "dataType": kind}
    keys = KEYS[name.lower()]
    return said | ({"length": 200} if kind == "string" else {}) | ({"keySequence": keys.index(field.name) + 1} if field.name in keys else {})
