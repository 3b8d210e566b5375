"""The alert pipeline as one would write it in Python: PySpark's foreachBatch, PyMySQL and smtplib.

Measured against vital-alerts: the same topic, the same limits read from the database for every batch, joined in Spark, one
mail for each patient, attribute and direction of a batch, over one connection that stays open. It does not put unreadable
messages aside with their reasons, as patient-vitals and vital-alerts do; it drops them.

Settings come from the environment, as for the project's own commands. Prints `ready` when the query runs; ends on SIGINT
or SIGTERM, then prints the query's progress reports, one JSON object a line.
"""

import json
import os
import signal
import sys
import threading

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SETTINGS = {
    name: os.environ[name]
    for name in (
        "DATABASE_HOST", "DATABASE_PORT", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_NAME", "DATABASE_CA",
        "SMTP_HOST", "SMTP_PORT", "PEER_PACKAGES", "PEER_EVENTS",
    )
}


def make_handler(settings):
    """The function runs in a worker of the server, once for every batch; `state` stays with the worker."""
    state = {}

    def database():
        import sys
        if settings["PEER_PACKAGES"] not in sys.path:
            sys.path.append(settings["PEER_PACKAGES"])
        import pymysql
        if "database" not in state:
            state["database"] = pymysql.connect(
                host=settings["DATABASE_HOST"], port=int(settings["DATABASE_PORT"]), user=settings["DATABASE_USER"],
                password=settings["DATABASE_PASSWORD"], database=settings["DATABASE_NAME"], autocommit=True,
                ssl_ca=settings["DATABASE_CA"], ssl_verify_cert=True, ssl_verify_identity=True)
        return state["database"]

    def limits_frame(spark):
        with database().cursor() as cursor:
            cursor.execute(
                "SELECT attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity"
                " FROM threshold_reference ORDER BY id")
            limits = cursor.fetchall()
            cursor.execute("SELECT customerId, age, ward, doctor_email FROM patients_information ORDER BY customerId")
            patients = cursor.fetchall()
        if state.get("seen") != (limits, patients):
            rows = []
            for customer, age, _ward, _email in patients:
                for attribute in ("heartBeat", "bp"):
                    fitting = [row for row in limits if row[0] == attribute and row[2] <= age <= row[3]]
                    own = [row for row in fitting if row[1] == customer]
                    for row in own or [row for row in fitting if row[1] is None]:
                        rows.append((customer, attribute, row[4], row[5], row[6]))
            joined = spark.createDataFrame(
                rows, "customerId INT, attribute STRING, lower INT, upper INT, severity STRING")
            joined.persist().createOrReplaceTempView("peer_limits")
            state["seen"] = (limits, patients)
            state["patients"] = {customer: (ward, email) for customer, _age, ward, email in patients}
        return spark.table("peer_limits")

    def send(group, rows):
        import smtplib
        from email.message import EmailMessage
        customer, attribute, direction = group
        ward, email = state["patients"][customer]
        rows = sorted(rows, key=lambda row: row.timestamp)
        worst = (min if direction == "low" else max)(rows, key=lambda row: row.value)
        name, unit = {"heartBeat": ("Heart beat", "bpm"), "bp": ("Blood pressure", "mmHg")}[attribute]
        headline = "%s too %s, %d %s" % (name, direction, worst.value, unit)
        first, last = (row.timestamp.strftime("%Y-%m-%d %H:%M:%S") for row in (rows[0], rows[-1]))
        if first == last:
            time = first
        elif first[:10] == last[:10]:
            time = "%s – %s" % (first, last[11:])
        else:
            time = "%s – %s" % (first, last)
        mail = EmailMessage()
        mail["From"] = "alerts@instant-health.example"
        mail["To"] = email
        mail["Subject"] = "%s, patient %d: %s" % (ward, customer, headline)
        mail.set_content("\n".join([
            headline, "", "Ward: %s" % ward, "Patient: %d" % customer, "Value: %d %s" % (worst.value, unit),
            "Normal range: %d–%d %s" % (worst.lower, worst.upper, unit),
            "Readings out of range: %d" % len(rows), "Time (UTC): %s" % time, ""]))
        if "smtp" not in state:
            state["smtp"] = smtplib.SMTP(settings["SMTP_HOST"], int(settings["SMTP_PORT"]))
        state["smtp"].send_message(mail)

    def handle(batch, batch_id):
        import datetime
        import json
        import time
        at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        marks = [time.monotonic()]
        limits = limits_frame(batch.sparkSession)
        marks.append(time.monotonic())
        measurements = batch.selectExpr(
            "customerId", "timestamp", "stack(2, 'heartBeat', heartBeat, 'bp', bp) AS (attribute, value)")
        found = (
            measurements.join(limits, ["customerId", "attribute"], "left")
            .where("lower IS NULL OR value < lower OR value > upper")
            .collect())
        marks.append(time.monotonic())
        groups = {}
        for row in found:
            if row.lower is not None:
                direction = "low" if row.value < row.lower else "high"
                groups.setdefault((row.customerId, row.attribute, direction), []).append(row)
        for group, rows in groups.items():
            send(group, rows)
        marks.append(time.monotonic())
        laps = [round((end - start) * 1000, 1) for start, end in zip(marks, marks[1:])]
        event = {"batchId": batch_id, "at": at, "counts": {"mails sent": len(groups)},
                 "durationMs": dict(zip(("directory", "collect", "mail"), laps))}
        with open(settings["PEER_EVENTS"], "a") as events:
            events.write(json.dumps(event) + "\n")

    return handle


def main():
    os.environ["TZ"] = "UTC"
    spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).create()
    for key, value in json.loads(os.environ["PEER_SPARK_CONF"]).items():
        spark.conf.set(key, value)
    messages = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", os.environ["KAFKA_BROKERS"])
        .option("subscribe", os.environ["KAFKA_TOPIC"])
        .option("startingOffsets", "earliest")
        .option("kafka.fetch.max.wait.ms", "5")
        .load())
    readings = (
        messages.select(
            F.from_json(F.col("value").cast("string"), "heartBeat INT, bp INT, customerId INT").alias("reading"),
            "timestamp")
        .select("reading.*", "timestamp")
        .where("customerId IS NOT NULL AND heartBeat BETWEEN 1 AND 350 AND bp BETWEEN 1 AND 400"))
    query = (
        readings.writeStream.foreachBatch(make_handler(SETTINGS))
        .option("checkpointLocation", os.environ["PEER_CHECKPOINT"])
        .trigger(processingTime="0 seconds")
        .start())
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    print("ready", flush=True)
    while not over.wait(1):
        if not query.isActive:
            sys.exit("the query has ended: %s" % query.exception())
    for progress in query.recentProgress:
        print(json.dumps({"progress": json.loads(progress.json if hasattr(progress, "json") else json.dumps(progress))}))
    query.stop()
    spark.stop()


main()
