'use strict';

// S3 over a folder, on loopback unless told otherwise. Settings come by environment, as a command line shows them to every user.
const S3rver = require('s3rver');
const account = require('s3rver/lib/models/account');

const { S3_ADDRESS = '127.0.0.1', S3_PORT, S3_FOLDER, S3_ACCESS_KEY, S3_SECRET_KEY } = process.env;
account.DUMMY_ACCOUNT.revokeAccessKey('S3RVER');
account.DUMMY_ACCOUNT.createKeyPair(S3_ACCESS_KEY, S3_SECRET_KEY);

const server = new S3rver({
  address: S3_ADDRESS,
  port: Number(S3_PORT),
  directory: S3_FOLDER,
  silent: true,
  vhostBuckets: false,
});

server.run().then(
  () => console.log(`S3 listens on ${S3_ADDRESS}:${S3_PORT}, objects in ${S3_FOLDER}.`),
  (error) => {
    console.error(`S3 on ${S3_ADDRESS}:${S3_PORT}: ${error.message}`);
    process.exitCode = 1;
  });
process.once('SIGTERM', () => process.exit(0));
