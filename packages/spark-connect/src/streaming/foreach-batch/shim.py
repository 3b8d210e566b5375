# Runs inside Spark's own foreachBatch worker, on the server, once for every query. It gives each micro-batch to the
# client of the same Connect session and waits for the answer, through keys of the session's configuration:
#
#   PREFIX.pending   "<batch id> <relation id>" | "stopped"          written here
#   PREFIX.answer    "done <batch id>[ <operation id>]"              written by the client
#                    | "error <batch id> <text>"
#   PREFIX.lease     a counter that the client raises                written by the client
#   PREFIX.query     "<query id> <run id>"                           written by the client
#
# A client that rests names the operation in which it waits for the query's end: a batch interrupts that one, and the client
# looks what it is about. So an idle query costs next to no calls.
#
# PREFIX and LEASE_TIMEOUT (seconds) are in the namespace that this source is executed in. Nothing of the batch's data
# passes here: the client reads it from the server by the relation's id.
import time

CHECK_INTERVAL = min(0.5, LEASE_TIMEOUT / 5)


def handle(df, batch_id):
    session = df.sparkSession
    conf = session.conf
    # The plan of a micro-batch is a reference to a DataFrame that the server keeps while this function runs.
    relation_id = df._plan.plan(session.client).cached_remote_relation.relation_id
    if not relation_id:
        raise RuntimeError("the micro-batch is no cached relation: this version of PySpark is unknown")
    done, error = "done %d" % batch_id, "error %d " % batch_id
    conf.set(PREFIX + ".pending", "%d %s" % (batch_id, relation_id))

    started = time.monotonic()
    woken = False
    lease, renewed, check_due = None, started, started + CHECK_INTERVAL
    while True:
        answer = conf.get(PREFIX + ".answer", "")
        if answer == done or answer.startswith(done + " "):
            return
        if answer.startswith(error):
            raise RuntimeError("foreachBatch handler failed: " + answer[len(error):])
        now = time.monotonic()
        # Again while the client's call is on its way; by the end of a second the client has looked by itself.
        if not woken and now - started < 1:
            woken = wake(session, answer)
        if now >= check_due:
            check_due = now + CHECK_INTERVAL
            current = conf.get(PREFIX + ".lease", "")
            if current != lease:
                lease, renewed = current, now
            elif now - renewed > LEASE_TIMEOUT:
                raise RuntimeError(
                    "the client that handles the batches is gone: no sign of life for %.0f s" % LEASE_TIMEOUT)
            # Spark interrupts the thread that waits for us, which Spark 3.5 does not notice while it reads our socket, and
            # 4.x not always. A stop, or the start of the query's next run elsewhere, would wait until the lease is over.
            if is_stopped(session):
                conf.set(PREFIX + ".pending", "stopped")
                raise RuntimeError("the query was stopped while its batch was handled")
        # Handlers of a few milliseconds are answered quickly; slow ones are not asked after a hundred times a second.
        waited = now - started
        time.sleep(0.002 if waited < 0.05 else 0.008 if waited < 2 else 0.05)


def wake(session, answer):
    words = answer.split(" ")
    return len(words) == 3 and words[0] == "done" and len(session.interruptOperation(words[2])) > 0


def is_stopped(session):
    from pyspark.sql.connect.streaming.query import StreamingQuery

    identity = session.conf.get(PREFIX + ".query", "")
    if not identity:
        return False
    return not StreamingQuery(session, *identity.split(" ")).isActive
