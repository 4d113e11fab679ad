set -euo pipefail
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
# RabbitMQ 3.10 reads one file or the folder; an empty main file lets it read the folder.
touch /etc/rabbitmq/rabbitmq.conf
chown rabbitmq /etc/rabbitmq/rabbitmq.conf
export HOME=/var/lib/rabbitmq RABBITMQ_LOGS=- RUNNING_UNDER_SYSTEMD=true
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "/usr/lib/rabbitmq/bin/$1"
