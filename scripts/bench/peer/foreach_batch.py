"""foreachBatch with an empty Python handler: what the same with an empty TypeScript handler is measured against.

Runs one query for a while and prints its progress reports, one JSON object a line. Settings come from the environment.
"""

import json
import os
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).create()
for key, value in json.loads(os.environ["PEER_SPARK_CONF"]).items():
    spark.conf.set(key, value)

reader = spark.readStream.format(os.environ["PEER_SOURCE"])
for key, value in json.loads(os.environ["PEER_SOURCE_OPTIONS"]).items():
    reader = reader.option(key, value)
query = (
    reader.load()
    .writeStream.foreachBatch(lambda batch, batch_id: None)
    .option("checkpointLocation", os.environ["PEER_CHECKPOINT"])
    .trigger(processingTime="0 seconds")
    .start())
time.sleep(float(os.environ["PEER_SECONDS"]))
if not query.isActive:
    raise SystemExit("the query has ended: %s" % query.exception())
for progress in query.recentProgress:
    print(progress.json if hasattr(progress, "json") else json.dumps(progress))
query.stop()
spark.stop()
