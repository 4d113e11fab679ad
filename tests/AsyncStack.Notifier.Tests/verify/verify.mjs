// Reads {"secret", "headers", "body"} as JSON from standard input; ends with 0 when the signature verifies.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
new Webhook(secret).verify(body, headers);
