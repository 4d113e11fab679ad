"""The HTTP side: a row is committed, the task is published and confirmed, then 202 is answered."""

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
from celery import Celery
from fastapi import FastAPI
from pydantic import AnyHttpUrl, BaseModel

import settings

app = FastAPI()
# Without a result backend: a producer that has one subscribes to Redis for every task that it sends.
producer = Celery("producer", broker=settings.BROKER)
producer.conf.update(settings.PUBLISHING)
# Celery publishes synchronously, so that a confirmed publish must not hold the event loop.
publishers = ThreadPoolExecutor(settings.POOL_SIZE)


class Submission(BaseModel):
    callback_url: AnyHttpUrl
    payload: Any


@app.on_event("startup")
async def open_pool():
    app.state.database = await asyncpg.create_pool(
        settings.POSTGRES, min_size=settings.POOL_SIZE, max_size=settings.POOL_SIZE
    )


@app.on_event("shutdown")
async def close_pool():
    await app.state.database.close()


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.post("/api/process", status_code=202)
async def submit(submission: Submission):
    job_id = uuid.uuid4()
    payload = json.dumps(submission.payload)
    await app.state.database.execute(
        "insert into jobs (id, state, callback_url, payload) values ($1, 'queued', $2, $3)",
        job_id, str(submission.callback_url), payload,
    )
    await asyncio.get_running_loop().run_in_executor(publishers, publish, str(job_id), payload)
    return {"job_id": str(job_id)}


def publish(job_id, payload):
    producer.send_task("peer.echo", (job_id, payload), task_id=job_id)
