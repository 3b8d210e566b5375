"""The producer as one would write it in Python: mysql.connector and kafka-python, as fast as they go.

Sends every row of patients_vital_info with the same key, value and headers as `npm run produce -- --unthrottled`, to be
acknowledged by all replicas. Settings come from the environment. Prints one JSON object: rows sent and seconds from the
query to the last acknowledgement.
"""

import json
import os
import sys
import time

sys.path.append(os.environ["PEER_PACKAGES"])

import mysql.connector
from kafka import KafkaProducer

topic = os.environ["KAFKA_TOPIC"]
connection = mysql.connector.connect(
    host=os.environ["DATABASE_HOST"], port=int(os.environ["DATABASE_PORT"]), user=os.environ["DATABASE_USER"],
    password=os.environ["DATABASE_PASSWORD"], database=os.environ["DATABASE_NAME"], time_zone="+00:00",
    ssl_ca=os.environ["DATABASE_CA"], ssl_verify_cert=True)
producer = KafkaProducer(
    bootstrap_servers=os.environ["KAFKA_BROKERS"].split(","), acks="all", linger_ms=5, batch_size=256 * 1024,
    max_in_flight_requests_per_connection=1)
producer.partitions_for(topic)

failures = []
sent = 0
started = time.monotonic()
cursor = connection.cursor()
cursor.execute("SELECT id, customerId, heartBeat, bp, recorded_at FROM patients_vital_info ORDER BY id")
while True:
    rows = cursor.fetchmany(10_000)
    if not rows:
        break
    for row_id, customer, heart_beat, bp, recorded_at in rows:
        reading = {"heartBeat": heart_beat, "bp": bp, "customerId": customer}
        producer.send(
            topic,
            key=b"%d" % customer,
            value=json.dumps(reading, separators=(",", ":")).encode(),
            headers=[
                ("source_id", b"%d" % row_id),
                ("recorded_at", (recorded_at.isoformat(timespec="milliseconds") + "Z").encode()),
            ],
        ).add_errback(failures.append)
        sent += 1
producer.flush()
elapsed = time.monotonic() - started
if failures:
    sys.exit("%d of %d messages failed, the first with %r" % (len(failures), sent, failures[0]))
print(json.dumps({"sent": sent, "elapsedMs": round(elapsed * 1000)}))
