"""Takes one request from airflow_requests and answers it on airflow_results, as a program outside the product would."""
import json
import os

import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER"]))
channel = connection.channel()
for method, properties, body in channel.consume("airflow_requests", inactivity_timeout=80):
    if method is None:
        raise SystemExit("no request came within 80 s")
    answer = json.dumps({"echo": json.loads(body)})
    channel.basic_publish(
        exchange="",
        routing_key="airflow_results",
        body=answer,
        properties=pika.BasicProperties(correlation_id=properties.correlation_id, delivery_mode=2),
    )
    channel.basic_ack(method.delivery_tag)
    break
channel.cancel()
connection.close()
