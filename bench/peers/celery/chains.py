"""Chains and groups of Celery, timed by who submits them: python3 chains.py <quick|full>, prints one JSON object. With -A chains it is the worker's app."""

import json
import sys
import time

from celery import Celery, chain, chord, group

import settings

app = Celery("chains", broker=settings.BROKER, backend=settings.RESULTS)
app.conf.update(
    settings.PUBLISHING,
    task_default_queue="chains",
    task_acks_late=True,
    worker_prefetch_multiplier=64,
    worker_send_task_events=False,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    result_expires=600,
    worker_hijack_root_logger=False,
)


@app.task(name="chains.pass_on")
def pass_on(value):
    return value


@app.task(name="chains.nap")
def nap(value, seconds):
    time.sleep(seconds)
    return value


@app.task(name="chains.gather")
def gather(values):
    return len(values)


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sequence(length, seconds):
    return timed(lambda: chain(nap.si(i, seconds) for i in range(length)).apply_async().get(timeout=120))


def fan_out(width):
    return timed(lambda: chord(group(pass_on.s(i) for i in range(width)), gather.s()).apply_async().get(timeout=120))


def many(chains, length):
    def work():
        results = [chain([pass_on.s(0)] + [pass_on.s() for _ in range(length - 1)]).apply_async() for _ in range(chains)]
        for result in results:
            result.get(timeout=120)

    return timed(work)


if __name__ == "__main__":
    rounds, chains = (2, 60) if sys.argv[1] == "quick" else (5, 200)
    many(20, 10)
    figures = {
        "sequence": [sequence(40, 0.01) for _ in range(rounds)],
        "parallel": [timed(lambda: group(nap.s(i, 0.01) for i in range(40)).apply_async().get(timeout=120)) for _ in range(rounds)],
        "fan_out": [fan_out(1000) for _ in range(rounds)],
        "chains": chains * 10 / many(chains, 10),
    }
    print(json.dumps(figures))
