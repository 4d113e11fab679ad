// Serves S3 on 127.0.0.1 and prints the port. It ends when its standard input does, so that it never outlives the tests.
const S3rver = require('s3rver');

const [directory, port] = process.argv.slice(2);
process.stdin.on('end', () => process.exit()).resume();
new S3rver({ directory, port: Number(port), address: '127.0.0.1', silent: true, vhostBuckets: false })
  .run()
  .then((address) => console.log(address.port));
