"""Calls PySpark's functions over Spark Connect and prints what each would send: [[name, arguments, expression], …] as JSON.

Every function is called with as few arguments as it takes, and with each number up to all: columns c0, c1 … where it takes
columns, sample values where it insists on plain ones. Nothing is connected to.
"""

import inspect
import json

from google.protobuf import json_format
from pyspark.sql.connect.functions import builtin, partitioning
from pyspark.sql.connect.avro import functions as avro
from pyspark.sql.connect.protobuf import functions as protobuf

# Take functions, a DataFrame, or Python's own things: compared by tests of their own, or not to be compared.
SKIPPED = {
    "aggregate", "array_sort", "arrow_udf", "arrow_udtf", "broadcast", "check_dependencies", "exists", "filter", "forall",
    "map_filter", "map_zip_with", "pandas_udf", "reduce", "transform", "transform_keys", "transform_values", "udf", "udtf",
    "unwrap_udt", "when", "zip_with", "call_udf", "call_function",
}
SAMPLES = {"int": 3, "str": "text", "float": 0.5, "bool": True, "Dict": {"mode": "FAILFAST"}, "List": [0.25, 0.5]}


class NoSession:
    """Stands in for a session: literals and names need none."""

    _session_id = "none"


def sample(parameter):
    annotation = str(parameter.annotation)
    for kind, value in SAMPLES.items():
        if kind in annotation:
            return value
    return "text"


def attempts(parameters, count):
    """Arguments to try: columns only, then plain values where the annotation names no column."""
    columns = [builtin.col(f"c{i}") for i in range(count)]
    yield columns
    yield [c if "Column" in str(p.annotation) else sample(p) for c, p in zip(columns, parameters)]
    yield [c if "ColumnOrName" in str(p.annotation) else sample(p) for c, p in zip(columns, parameters)]


def told(argument):
    """An argument as the other side shall build it."""
    if isinstance(argument, type(builtin.col("x"))):
        return {"column": argument._expr._unparsed_identifier}
    return {"value": argument}


def calls(name, function):
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind != p.KEYWORD_ONLY]
    rest = [p for p in parameters if p.kind == p.VAR_POSITIONAL]
    fixed = [p for p in parameters if p.kind != p.VAR_POSITIONAL]
    required = sum(1 for p in fixed if p.default is p.empty)
    for count in range(required, len(fixed) + 1) if not rest else [len(fixed), len(fixed) + 3]:
        for arguments in attempts(fixed + rest * 3, count):
            try:
                column = function(*arguments)
                expression = json_format.MessageToDict(column.to_plan(NoSession()))
            except Exception:
                continue
            yield [name, [told(argument) for argument in arguments], expression]
            break


found = []
for module in (builtin, partitioning, avro, protobuf):
    for name, function in list(vars(module).items()):
        if not inspect.isfunction(function) or name.startswith("_") or name in SKIPPED:
            continue
        if function.__module__ == module.__name__:
            found.extend(calls(name, function))
print(json.dumps(found))
