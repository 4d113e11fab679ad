'use strict';

// Answers MinIO's probes, which are no part of S3.
const S3rver = require('s3rver');
const run = S3rver.prototype.run;
S3rver.prototype.run = function () {
  this.middleware.unshift((context, next) => {
    if (!context.path.startsWith('/minio/health/')) return next();
    context.status = 200;
  });
  return run.call(this);
};
