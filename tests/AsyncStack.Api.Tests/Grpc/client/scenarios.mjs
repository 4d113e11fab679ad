// node scenarios.mjs <host:port> <scenario>: exit code 0 when the server does what gRPC says it must.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { address, ask, call, credentials, discover, entries, grpc, raw, refusal } from './wire.mjs';

const { status } = grpc;
const services = [
  'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection', 'task.v1.TaskService',
];

const clients = async options => {
  const found = await discover();
  return {
    tasks: new found.task.v1.TaskService(address, credentials, options),
    health: new found.grpc.health.v1.Health(address, credentials, options),
  };
};

const scenarios = {
  async reflection() {
    for (const version of ['v1', 'v1alpha']) {
      const answers = await ask(version, [
        { list_services: '' },
        { file_by_filename: 'task/v1/task.proto' },
        { file_containing_symbol: 'task.v1.TaskService.ProcessTask' },
        { file_by_filename: 'google/protobuf/timestamp.proto' },
        { file_by_filename: 'no/such.proto' },
        { file_containing_symbol: 'no.Such' },
        { file_containing_extension: { containing_type: 'task.v1.Task', extension_number: 5 } },
        { all_extension_numbers_of_type: 'task.v1.Task' },
        { all_extension_numbers_of_type: 'no.Such' },
        {},
        { list_services: '' },
      ]);
      const names = answer => answer.list_services_response.service.map(service => service.name);
      assert.deepEqual(names(answers[0]), services);
      assert.equal(answers[0].valid_host, 'here');
      assert.equal(answers[0].original_request.host, 'here');
      const files = answer => answer.file_descriptor_response.file_descriptor_proto;
      assert.equal(files(answers[1]).length, 2, 'the file and what it imports');
      assert.equal(files(answers[2]).length, 1, 'what it imports was sent on this stream before');
      assert.deepEqual(files(answers[2])[0], files(answers[1])[0]);
      assert.deepEqual(files(answers[3])[0], files(answers[1])[1], 'asked for, it is sent again');
      assert.deepEqual(answers.slice(4, 7).map(answer => answer.error_response.error_code), Array(3).fill(status.NOT_FOUND));
      assert.deepEqual(answers[7].all_extension_numbers_response, { base_type_name: 'task.v1.Task', extension_number: [] });
      assert.equal(answers[8].error_response.error_code, status.NOT_FOUND);
      assert.equal(answers[9].error_response.error_code, status.INVALID_ARGUMENT);
      assert.deepEqual(names(answers[10]), services, 'errors do not end the stream');
    }
  },

  async tasks() {
    const { tasks } = await clients();
    const resource_id = `r-${process.hrtime.bigint()}`;
    const made = await call(tasks, 'ProcessTask', { resource_id, action: 'reindex', metadata: entries({ by: 'né', empty: '' }) });
    assert.equal(made.status, 'queued');
    assert.ok(Math.abs(Number(made.created_at.seconds) - Date.now() / 1000) < 600);
    const read = await call(tasks, 'GetTaskStatus', { task_id: made.task_id });
    assert.deepEqual(read, {
      task_id: made.task_id, resource_id, action: 'reindex', status: 'queued', result: '', created_at: made.created_at, updated_at: made.created_at,
    });
    const page = await call(tasks, 'ListTasks', { page_size: 1 });
    assert.deepEqual(page.tasks, [{
      task_id: made.task_id, resource_id, action: 'reindex', status: 'queued', created_at: made.created_at, updated_at: made.created_at,
    }]);
  },

  async pages() {
    const { tasks } = await clients();
    const made = [];
    for (let i = 0; i < 120; i++) made.push((await call(tasks, 'ProcessTask', { resource_id: 'paged', action: 'a' })).task_id);
    const sizes = {};
    for (const page_size of [0, 7, 1000]) {
      const first = await call(tasks, 'ListTasks', { page_size });
      sizes[page_size] = first.tasks.length;
      const listed = [...first.tasks];
      for (let token = first.next_page_token; token !== '';) {
        const page = await call(tasks, 'ListTasks', { page_size, page_token: token });
        listed.push(...page.tasks);
        token = page.next_page_token;
      }
      const ids = listed.map(task => task.task_id);
      assert.equal(new Set(ids).size, ids.length, 'none twice');
      assert.deepEqual(ids.filter(id => made.includes(id)), made.toReversed(), 'all of them, newest first');
    }
    assert.deepEqual(sizes, { 0: 50, 7: 7, 1000: 100 });
  },

  async refusals() {
    const { tasks } = await clients();
    const good = { resource_id: 'r', action: 'a' };
    const refused = [
      ['ProcessTask', { ...good, resource_id: '' }, 'resource_id'],
      ['ProcessTask', { ...good, action: '' }, 'action'],
      ['ProcessTask', { ...good, resource_id: 'x'.repeat(256) }, 'resource_id'],
      ['ProcessTask', { ...good, action: 'x'.repeat(256) }, 'action'],
      ['ProcessTask', { ...good, action: 'a\0b' }, 'action'],
      ['ProcessTask', { ...good, metadata: entries({ '': 'v' }) }, 'metadata'],
      ['ProcessTask', { ...good, metadata: entries({ k: 'x'.repeat(4097) }) }, "metadata['k']"],
      ['ProcessTask', { ...good, metadata: entries({ k: '\0' }) }, "metadata['k']"],
      ['ProcessTask', { ...good, metadata: Array.from({ length: 65 }, (_, i) => ({ key: `k${i}`, value: 'v' })) }, 'metadata'],
      ['GetTaskStatus', { task_id: '' }, 'task_id'],
      ['GetTaskStatus', { task_id: 'a\0b' }, 'task_id'],
      ['ListTasks', { page_size: -1 }, 'page_size'],
      ['ListTasks', { page_token: 'nonsense' }, 'page_token'],
      ['ListTasks', { page_token: '\0' }, 'page_token'],
      ['ListTasks', { page_token: 'x'.repeat(100_000) }, 'page_token'],
    ];
    for (const [method, request, field] of refused) {
      const error = await refusal(call(tasks, method, request));
      assert.equal(error.code, status.INVALID_ARGUMENT, `${method} ${field}: ${error}`);
      assert.ok(error.details.includes(field), error.details);
      assert.ok(error.details.length < 700, 'a message is short whatever was sent');
    }
    await call(tasks, 'ProcessTask', { resource_id: 'x'.repeat(255), action: 'é'.repeat(255) });
  },

  async 'unknown-task'() {
    const { tasks } = await clients();
    const task_id = 'ünïcödé 日本 😀 100% "quoted" \n';
    const error = await refusal(call(tasks, 'GetTaskStatus', { task_id }));
    assert.equal(error.code, status.NOT_FOUND);
    assert.equal(error.details, `There is no task '${task_id}'.`);
  },

  async 'unknown-method'() {
    for (const path of ['/task.v1.TaskService/Nope', '/no.Such/Method', '/task.v1.taskservice/listtasks', '/task.v1.TaskService/ListTasks/', '/', '/health', '/api/process'])
      assert.equal((await refusal(raw(path, Buffer.alloc(0)))).code, status.UNIMPLEMENTED, path);
  },

  async 'too-large'() {
    const { tasks, health } = await clients();
    const error = await refusal(call(tasks, 'ProcessTask', { resource_id: 'x'.repeat(4 * 1024 * 1024), action: 'a' }));
    assert.equal(error.code, status.RESOURCE_EXHAUSTED);
    assert.match(error.details, /4194304/);
    assert.equal((await call(health, 'Check', {})).status, 'SERVING', 'the connection is as good as before');
    const zipped = (await clients({ 'grpc.default_compression_algorithm': 2 })).tasks;
    assert.equal((await refusal(call(zipped, 'ProcessTask', { resource_id: 'x'.repeat(64 * 1024 * 1024), action: 'a' }))).code, status.RESOURCE_EXHAUSTED);
    assert.equal((await refusal(call(tasks, 'ProcessTask', { resource_id: 'x'.repeat(4 * 1024 * 1024 - 100), action: 'a' }))).code, status.INVALID_ARGUMENT, 'taken, read and found too long');
  },

  async 'bad-protobuf'() {
    const notUtf8 = Buffer.from([0x0a, 0x02, 0xc3, 0x28]);
    const deep = Buffer.concat(Array(5000).fill(Buffer.from([0x1b])));
    for (const bytes of [Buffer.from([0xff]), Buffer.from([0x0a, 0x7f, 0x41]), Buffer.from('{"task_id":"x"}'), deep])
      assert.equal((await refusal(raw('/task.v1.TaskService/ProcessTask', bytes))).code, status.INTERNAL, bytes.toString('hex', 0, 8));
    const error = await refusal(raw('/task.v1.TaskService/GetTaskStatus', notUtf8));
    assert.ok([status.INTERNAL, status.NOT_FOUND].includes(error.code), String(error));
  },

  async gzip() {
    const { tasks } = await clients({ 'grpc.default_compression_algorithm': 2 });
    const action = 'compress '.repeat(25);
    const made = [];
    for (let i = 0; i < 30; i++) made.push(call(tasks, 'ProcessTask', { resource_id: 'zipped', action, metadata: entries({ text: 'y'.repeat(4000) }) }));
    const ids = (await Promise.all(made)).map(task => task.task_id);
    const page = await call(tasks, 'ListTasks', { page_size: 100 });
    assert.deepEqual(page.tasks.filter(task => task.action === action).map(task => task.task_id).sort(), ids.sort());
  },

  async metadata() {
    const { health } = await clients();
    const metadata = new grpc.Metadata();
    metadata.set('x-correlation-id', 'grpc-17');
    metadata.set('some-bin', Buffer.from([0, 255, 128]));
    const echoed = await new Promise((resolve, reject) => {
      const one = health.Check({}, metadata, error => error && reject(error));
      one.on('metadata', resolve);
    });
    assert.deepEqual(echoed.get('x-correlation-id'), ['grpc-17']);
  },

  async health() {
    const { health } = await clients();
    for (const service of ['', ...services]) assert.deepEqual(await call(health, 'Check', { service }), { status: 'SERVING' });
    assert.equal((await refusal(call(health, 'Check', { service: 'no.Such' }))).code, status.NOT_FOUND);
    const { statuses } = await call(health, 'List', {});
    assert.deepEqual(
      statuses.sort((a, b) => a.key < b.key ? -1 : 1), entries(Object.fromEntries(['', ...services].map(name => [name, { status: 'SERVING' }]))));
  },

  async 'watch-unknown'() {
    const { health } = await clients();
    const seen = [];
    const error = await new Promise((resolve, reject) => {
      const stream = health.Watch({ service: 'no.Such' }, { deadline: Date.now() + 1500 });
      stream.on('data', answer => seen.push(answer.status));
      stream.on('error', resolve);
      stream.on('end', () => reject(new Error('The stream ended.')));
    });
    assert.equal(error.code, status.DEADLINE_EXCEEDED);
    assert.deepEqual(seen, ['SERVICE_UNKNOWN']);
  },

  /** Prints each status on a line until standard input says to cancel. */
  async watch() {
    const { health } = await clients();
    const stream = health.Watch({ service: 'task.v1.TaskService' });
    const ended = new Promise(resolve => stream.on('error', resolve));
    stream.on('data', answer => console.log(answer.status));
    const input = createInterface({ input: process.stdin });
    input.once('line', () => { stream.cancel(); input.close(); });
    assert.equal((await ended).code, status.CANCELLED);
  },

  /** While the test keeps the database from answering. */
  async deadline() {
    const { tasks } = await clients();
    const started = Date.now();
    const error = await refusal(call(tasks, 'ListTasks', {}, { deadline: started + 500 }));
    assert.equal(error.code, status.DEADLINE_EXCEEDED);
    assert.ok(Date.now() - started >= 499);
    const late = await refusal(call(tasks, 'ListTasks', {}, { deadline: Date.now() - 1 }));
    assert.equal(late.code, status.DEADLINE_EXCEEDED);
  },

  async concurrent() {
    const { tasks } = await clients();
    const made = await Promise.all(Array.from({ length: 100 }, (_, i) => call(tasks, 'ProcessTask', { resource_id: `c-${i}`, action: 'a' })));
    const read = await Promise.all(made.map(task => call(tasks, 'GetTaskStatus', { task_id: task.task_id })));
    assert.deepEqual(read.map(task => task.resource_id), Array.from({ length: 100 }, (_, i) => `c-${i}`));
  },
};

const chosen = scenarios[process.argv[3]];
assert.ok(chosen, `There is no scenario ${process.argv[3]}.`);
await chosen();
// Channels would keep the process.
process.exit(0);
