#!/bin/bash
set -euo pipefail
PATH=/usr/lib/rabbitmq/bin:$PATH
export PATH RABBITMQ_LOGS=- RUNNING_UNDER_SYSTEMD=true
# As root it changes to the server's user; as any other user it is that user and writes nothing but data.
if [ "$(id -u)" != 0 ]; then
  exec "$@"
fi
chown -R rabbitmq /var/lib/rabbitmq
umask 077
cat >/etc/rabbitmq/conf.d/10-defaults.conf <<CONF
loopback_users.guest = false
listeners.tcp.default = 5672
default_user = $RABBITMQ_DEFAULT_USER
default_pass = $RABBITMQ_DEFAULT_PASS
CONF
chown rabbitmq /etc/rabbitmq/conf.d/10-defaults.conf
unset RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS
export HOME=/var/lib/rabbitmq
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$@"
