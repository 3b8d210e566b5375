"""Prints PySpark's public names over Spark Connect as JSON: {"version": …, "areas": {area: [name, …]}}.

Run by the Python in whose environment PySpark is installed. Nothing is connected to.
"""

import importlib
import inspect
import json

CLASSES = {
    "SparkSession": "pyspark.sql.connect.session:SparkSession",
    "SparkSession.builder": "pyspark.sql.connect.session:SparkSession.Builder",
    "RuntimeConf": "pyspark.sql.connect.conf:RuntimeConf",
    "Catalog": "pyspark.sql.connect.catalog:Catalog",
    "DataFrame": "pyspark.sql.connect.dataframe:DataFrame",
    "DataFrameNaFunctions": "pyspark.sql.connect.dataframe:DataFrameNaFunctions",
    "DataFrameStatFunctions": "pyspark.sql.connect.dataframe:DataFrameStatFunctions",
    "Column": "pyspark.sql.connect.column:Column",
    "GroupedData": "pyspark.sql.connect.group:GroupedData",
    "Window": "pyspark.sql.connect.window:Window",
    "WindowSpec": "pyspark.sql.connect.window:WindowSpec",
    "Observation": "pyspark.sql.connect.observation:Observation",
    "DataFrameReader": "pyspark.sql.connect.readwriter:DataFrameReader",
    "DataFrameWriter": "pyspark.sql.connect.readwriter:DataFrameWriter",
    "DataFrameWriterV2": "pyspark.sql.connect.readwriter:DataFrameWriterV2",
    "MergeIntoWriter": "pyspark.sql.connect.merge:MergeIntoWriter",
    "MergeIntoWriter.WhenMatched": "pyspark.sql.connect.merge:MergeIntoWriter.WhenMatched",
    "MergeIntoWriter.WhenNotMatched": "pyspark.sql.connect.merge:MergeIntoWriter.WhenNotMatched",
    "MergeIntoWriter.WhenNotMatchedBySource": "pyspark.sql.connect.merge:MergeIntoWriter.WhenNotMatchedBySource",
    "DataStreamReader": "pyspark.sql.connect.streaming.readwriter:DataStreamReader",
    "DataStreamWriter": "pyspark.sql.connect.streaming.readwriter:DataStreamWriter",
    "StreamingQuery": "pyspark.sql.connect.streaming.query:StreamingQuery",
    "StreamingQueryManager": "pyspark.sql.connect.streaming.query:StreamingQueryManager",
    "StreamingQueryListener": "pyspark.sql.streaming.listener:StreamingQueryListener",
    "QueryStartedEvent": "pyspark.sql.streaming.listener:QueryStartedEvent",
    "QueryProgressEvent": "pyspark.sql.streaming.listener:QueryProgressEvent",
    "QueryIdleEvent": "pyspark.sql.streaming.listener:QueryIdleEvent",
    "QueryTerminatedEvent": "pyspark.sql.streaming.listener:QueryTerminatedEvent",
    "StreamingQueryProgress": "pyspark.sql.streaming.listener:StreamingQueryProgress",
    "StateOperatorProgress": "pyspark.sql.streaming.listener:StateOperatorProgress",
    "SourceProgress": "pyspark.sql.streaming.listener:SourceProgress",
    "SinkProgress": "pyspark.sql.streaming.listener:SinkProgress",
    "TableValuedFunction": "pyspark.sql.connect.tvf:TableValuedFunction",
    "TableArg": "pyspark.sql.connect.table_arg:TableArg",
    "ExecutionInfo": "pyspark.sql.metrics:ExecutionInfo",
    "Row": "pyspark.sql.types:Row",
    "StructType": "pyspark.sql.types:StructType",
    "StorageLevel": "pyspark.storagelevel:StorageLevel",
}

MODULES = {
    "functions.partitioning": "pyspark.sql.connect.functions.partitioning",
    "avro.functions": "pyspark.sql.connect.avro.functions",
    "protobuf.functions": "pyspark.sql.connect.protobuf.functions",
}


def resolve(place):
    module, _, path = place.partition(":")
    found = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return found


def of_class(kind):
    """Names that PySpark's own classes define: what tuple, list or object bring along is Python's."""
    names = set()
    for base in kind.__mro__:
        if base.__module__.startswith("pyspark."):
            names.update(vars(base))
            names.update(getattr(base, "__annotations__", {}))
    return sorted(name for name in names if not name.startswith("_"))


def of_module(module):
    """Functions that a module itself defines: what it imports for its own use is another module's."""
    return sorted(
        name
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith("_")
    )


def of_functions():
    """The documented list, and older spellings that still work."""
    documented = importlib.import_module("pyspark.sql.functions").__all__
    return sorted({*documented, *of_module(importlib.import_module("pyspark.sql.connect.functions.builtin"))})


def of_types():
    types = importlib.import_module("pyspark.sql.types")
    return sorted(
        name
        for name, kind in vars(types).items()
        if inspect.isclass(kind) and issubclass(kind, types.DataType) and name.endswith("Type")
    )


areas = {area: of_class(resolve(place)) for area, place in CLASSES.items()}
areas.update({area: of_module(importlib.import_module(place)) for area, place in MODULES.items()})
areas["functions"] = of_functions()
areas["types"] = of_types()
print(json.dumps({"version": importlib.import_module("pyspark").__version__, "areas": areas}))
