set -euo pipefail
chown -R redis /data
exec setpriv --reuid=redis --regid=redis --init-groups "$@"
