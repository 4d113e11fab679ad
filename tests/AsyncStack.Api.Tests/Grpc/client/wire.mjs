// A client that knows nothing of the server but its reflection service.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

export { grpc };
export const address = process.argv[2];
export const credentials = grpc.credentials.createInsecure();

const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const published = join(dirname(createRequire(import.meta.url).resolve('@grpc/reflection')), '../proto');

/** Asks the reflection service of a version, by its published definition, in one stream; one answer to each question. */
export function ask(version, questions) {
  const file = loader.loadSync(`grpc/reflection/${version}/reflection.proto`, { ...options, includeDirs: [published] });
  const Reflection = grpc.loadPackageDefinition(file).grpc.reflection[version].ServerReflection;
  return new Promise((resolve, reject) => {
    const answers = [];
    const stream = new Reflection(address, credentials).ServerReflectionInfo();
    stream.on('data', answer => answers.push(answer));
    stream.on('error', reject);
    stream.on('end', () => resolve(answers));
    for (const question of questions) stream.write({ host: 'here', ...question });
    stream.end();
  });
}

/** Everything that can be called, made from what the server says of itself. */
export async function discover() {
  const [list] = await ask('v1', [{ list_services: '*' }]);
  const names = list.list_services_response.service.map(service => service.name);
  const answers = await ask('v1', names.map(name => ({ file_containing_symbol: name })));
  const files = new Map();
  for (const answer of answers)
    for (const bytes of answer.file_descriptor_response.file_descriptor_proto) files.set(bytes.toString('base64'), bytes);
  return grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(fileDescriptorSet([...files.values()]), options));
}

/** A call as a promise; what it was refused with is the error, which has code, details and metadata. */
export function call(client, method, request, ...rest) {
  return new Promise((resolve, reject) => client[method](request, ...rest, (error, answer) => error ? reject(error) : resolve(answer)));
}

/** A map as the loader wants it that knows maps only as the lists of entries they travel as. */
export const entries = map => Object.entries(map).map(([key, value]) => ({ key, value }));

/** The error a call ends with. */
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The call was answered, and should have been refused.');
}

/** Bytes as they are, to a path as it is. */
export function raw(path, bytes, callOptions = {}) {
  const client = new grpc.Client(address, credentials);
  return new Promise((resolve, reject) => client.makeUnaryRequest(
    path, value => value, value => value, bytes, new grpc.Metadata(), callOptions, (error, answer) => error ? reject(error) : resolve(answer)));
}

// repeated FileDescriptorProto file = 1
function fileDescriptorSet(files) {
  return Buffer.concat(files.flatMap(file => [Buffer.from([0x0a]), varint(file.length), file]));
}

function varint(value) {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push(value & 0x7f | 0x80);
  return Buffer.from([...bytes, value]);
}
