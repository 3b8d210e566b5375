"""Evaluates expressions that call PySpark, a JSON list on the standard input, and prints what each would send, as a JSON list.

Of a Column that is its expression, of a DataFrame its relation, of what asks the server the first request; and
{"refused": reason} where PySpark itself refuses. Nothing is connected to.
"""

import contextlib
import datetime
import json
import sys
from decimal import Decimal

from google.protobuf import json_format
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import types as T
from pyspark.sql.connect import proto
from pyspark.sql.connect.column import Column
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.functions import builtin as F
from pyspark.sql.connect.functions import partitioning
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.connect.streaming.query import StreamingQuery
from pyspark.sql.connect.types import pyspark_types_to_proto_types
from pyspark.sql.connect.window import Window


class Sent(Exception):
    """Leaves a call when it would ask the server."""


class NoServer:
    """In the place of the connection: a request goes no further."""

    def ExecutePlan(self, request, **_):
        raise Sent(request.plan)

    def AnalyzePlan(self, request, **_):
        # PySpark asks for the columns before it builds some plans.
        if request.HasField("schema"):
            return columns_abc(request.session_id)
        raise Sent(request)

    def Config(self, request, **_):
        return proto.ConfigResponse(session_id=request.session_id)


def columns_abc(session_id):
    columns = T.StructType([T.StructField(name, T.IntegerType()) for name in "abc"])
    response = proto.AnalyzePlanResponse(session_id=session_id)
    response.schema.schema.CopyFrom(pyspark_types_to_proto_types(columns))
    return response


spark = SparkSession("sc://localhost")
spark.client._stub = NoServer()
spark.client.disable_reattachable_execute()
# Takes the plan's id 0, which protobuf's JSON leaves out.
spark.table("first")

df = spark.table("t")
other = spark.table("u")
col = F.col
lit = F.lit


def sent(text):
    try:
        made = eval(text, globals())
    except Sent as request:
        return request.args[0]
    if isinstance(made, Column):
        return made.to_plan(spark.client)
    if isinstance(made, DataFrame):
        return made._plan.plan(spark.client)
    raise TypeError(f"{text} sends nothing: it makes {type(made).__name__}")


def told(text):
    try:
        return json_format.MessageToDict(sent(text))
    except (PySparkException, AssertionError) as reason:
        return {"refused": str(reason)}


# What show() and the like print must not come between.
with contextlib.redirect_stdout(sys.stderr):
    answers = [told(text) for text in json.load(sys.stdin)]
print(json.dumps(answers))
