"""PySpark's Connect client doing what ours is measured at.

Reads one JSON object a line, {"task": ..., "rows": ...}, and answers each with {"ms": ...}: the task's time without what prepares it.
"""

import datetime
import json
import os
import sys
import time

from pyspark.sql import SparkSession

SCHEMA = "id BIGINT, d DOUBLE, s STRING, t TIMESTAMP"
COLUMNS = json.loads(os.environ["BENCH_COLUMNS"])
spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).create()
spark.conf.set("spark.sql.session.timeZone", "UTC")
prepared = {}


def query(rows):
    return spark.range(0, rows, 1, 4).selectExpr(*COLUMNS)


def some_rows(rows, run):
    if rows not in prepared:
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        prepared[rows] = [
            {"id": i, "d": i * 0.5, "s": "ward %d" % (i % 1000), "t": start + datetime.timedelta(microseconds=i * 1000003)}
            for i in range(rows)]
    # Other rows each time: what the server has is not sent again.
    for i in range(0, rows, 1000):
        prepared[rows][i]["d"] = run + 0.25
    return prepared[rows]


def collect(rows, run):
    assert len(query(rows).collect()) == rows


def to_arrow(rows, run):
    assert query(rows).toArrow().num_rows == rows


def create(rows, run):
    spark.createDataFrame(prepared[rows], SCHEMA)


def analyze(rows, run):
    spark.createDataFrame(prepared[rows], SCHEMA).schema


def select(rows, run):
    for _ in range(rows):
        assert spark.sql("select 1").collect()[0][0] == 1


TASKS = {"collect": collect, "arrow": to_arrow, "create": create, "analyze": analyze, "select": select}
for run, line in enumerate(sys.stdin):
    order = json.loads(line)
    if order["task"] in ("create", "analyze"):
        some_rows(order["rows"], run)
    started = time.perf_counter()
    TASKS[order["task"]](order["rows"], run)
    print(json.dumps({"ms": (time.perf_counter() - started) * 1000}), flush=True)
spark.stop()
