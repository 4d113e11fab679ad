"""Where the servers are and how the pools are sized; everything comes from the environment."""

import os

POSTGRES = os.environ["PEER_POSTGRES"]  # postgresql://user:password@host:port/database
BROKER = os.environ["PEER_BROKER"]  # amqp://user:password@host:port/vhost
RESULTS = os.environ["PEER_RESULTS"]  # redis://:password@host:port/db

# Postgres connections and publishing threads of one uvicorn worker.
POOL_SIZE = int(os.environ.get("PEER_POOL_SIZE", "8"))

# Persistent messages, each confirmed by the broker before the call returns.
PUBLISHING = {
    "task_default_delivery_mode": "persistent",
    "broker_transport_options": {"confirm_publish": True},
    "broker_pool_limit": POOL_SIZE,
    "task_send_sent_event": False,
    "task_serializer": "json",
}
