set -euo pipefail
# As root it changes to the server's user; as any other user it is that user.
if [ "$(id -u)" != 0 ]; then
  exec "$@"
fi
chown -R redis /data
exec setpriv --reuid=redis --regid=redis --init-groups "$@"
