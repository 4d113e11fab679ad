"""The Celery side: acks late, persistent messages, confirmed publishes, results in Redis, one row updated a task."""

import psycopg2
from celery import Celery
from celery.signals import worker_process_init

import settings

app = Celery("peer", broker=settings.BROKER, backend=settings.RESULTS)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=64,
    worker_send_task_events=False,
    result_serializer="json",
    accept_content=["json"],
    result_expires=600,
    worker_hijack_root_logger=False,
)

database = None


@worker_process_init.connect
def open_database(**_):
    """One connection a prefork child, opened after the fork, one commit a statement."""
    global database
    database = psycopg2.connect(settings.POSTGRES)
    database.autocommit = True


@app.task(name="peer.echo")
def echo(job_id, payload):
    """Completes the job with its payload; the predicate keeps a redelivered task from completing it twice."""
    with database.cursor() as cursor:
        cursor.execute(
            "update jobs set state = 'completed', attempt = attempt + 1, result = %s, finished_at = clock_timestamp() "
            "where id = %s and state = 'queued'",
            (payload, job_id),
        )
    return payload
