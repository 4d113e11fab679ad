// Signs the body on standard input: node sign.js <secret> <id> <unix seconds>
const { readFileSync } = require('node:fs');
const { Webhook } = require('standardwebhooks');

const [secret, id, seconds] = process.argv.slice(2);
console.log(new Webhook(secret).sign(id, new Date(Number(seconds) * 1000), readFileSync(0, 'utf8')));
