// node server.mjs: serves task.v1 and health from PEER_PROTOS on PEER_PORT, in two processes, one a core of the machine.
import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import pg from 'pg';

const { PEER_PORT, PEER_PROTOS, PEER_POSTGRES } = process.env;
const processes = 2;

if (cluster.isPrimary) {
  for (let i = 0; i < processes; i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  serve();
}

function serve() {
  const file = loader.loadSync(['task/v1/task.proto', 'grpc/health/v1/health.proto'], { keepCase: true, includeDirs: [PEER_PROTOS] });
  const { task, grpc: { health } } = grpc.loadPackageDefinition(file);
  const pool = new pg.Pool({ connectionString: PEER_POSTGRES, max: 16 });
  const server = new grpc.Server();
  server.addService(health.v1.Health.service, { Check: (call, answer) => answer(null, { status: 'SERVING' }) });
  server.addService(task.v1.TaskService.service, {
    ProcessTask: promised(request => record(pool, request)),
    GetTaskStatus: promised(request => get(pool, request)),
  });
  server.bindAsync(`127.0.0.1:${PEER_PORT}`, grpc.ServerCredentials.createInsecure(), error => { if (error) throw error; });
}

function promised(handle) {
  return (call, answer) => handle(call.request).then(result => answer(null, result), answer);
}

function timestamp(date) {
  return { seconds: Math.floor(date / 1000), nanos: date % 1000 * 1e6 };
}

/** One row and one event in one transaction. */
async function record(pool, request) {
  if (!request.resource_id || !request.action) throw { code: grpc.status.INVALID_ARGUMENT, details: 'resource_id and action are required' };
  const [id, now] = [randomUUID(), new Date()];
  const connection = await pool.connect();
  try {
    await connection.query('begin');
    await connection.query({
      name: 'task', text: "insert into tasks values ($1, $2, $3, 'queued', null, $4, $5, $5)",
      values: [id, request.resource_id, request.action, request.metadata ?? {}, now],
    });
    await connection.query({
      name: 'event', text: 'insert into events values ($1, $2)',
      values: [randomUUID(), JSON.stringify({ task_id: id, resource_id: request.resource_id, action: request.action, status: 'queued' })],
    });
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw error;
  } finally {
    connection.release();
  }
  return { task_id: id, status: 'queued', created_at: timestamp(+now) };
}

async function get(pool, request) {
  const { rows: [task] } = await pool.query({
    name: 'get', text: 'select id, resource_id, action, status, result, created_at, updated_at from tasks where id = $1', values: [request.task_id],
  });
  if (!task) throw { code: grpc.status.NOT_FOUND, details: `no task ${request.task_id}` };
  return {
    task_id: task.id, resource_id: task.resource_id, action: task.action, status: task.status, result: task.result ?? '',
    created_at: timestamp(+task.created_at), updated_at: timestamp(+task.updated_at),
  };
}
