set -euo pipefail
# Takes MinIO's variables and "server /data …", and speaks S3 on its port.
export S3_ADDRESS=0.0.0.0 S3_PORT=9000 S3_FOLDER=$2 S3_ACCESS_KEY=$MINIO_ROOT_USER S3_SECRET_KEY=$MINIO_ROOT_PASSWORD
exec node /opt/s3rver/server.js
