set -euo pipefail
# Takes MinIO's variables, or files that they name, and "server /data …", and speaks S3 on its port.
user=${MINIO_ROOT_USER_FILE:+$(cat "$MINIO_ROOT_USER_FILE")}
password=${MINIO_ROOT_PASSWORD_FILE:+$(cat "$MINIO_ROOT_PASSWORD_FILE")}
export S3_ADDRESS=0.0.0.0 S3_PORT=9000 S3_FOLDER=$2 S3_ACCESS_KEY=${user:-$MINIO_ROOT_USER} S3_SECRET_KEY=${password:-$MINIO_ROOT_PASSWORD}
exec node --require /opt/s3rver/health.js /opt/s3rver/server.js
