// One piece of work in DuckDB: node work.mjs metrics|iqr|zscore|normalize|normalize-distinct|profile input.csv output
//
// Prints one line of JSON: seconds and CPU seconds from before the reading until the answer is written, and the peak
// memory of the process. Starting node and loading DuckDB are not counted. Of each piece of work several forms were
// tried; these were the fastest on two cores.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';

const text = (value) => `'${value.replaceAll("'", "''")}'`;
const columns = async (connection, source) =>
  (await connection.runAndReadAll(`DESCRIBE FROM read_csv(${text(source)})`)).getRowObjectsJson().map((x) => x.column_name);

// Grouping by all columns already holds all four answers, so the file is read once.
async function metrics(connection, source, target) {
  const names = await columns(connection, source);
  const nulls = names.map((x) => `coalesce(sum(n) FILTER ("${x}" IS NULL), 0)`).join(' + ');
  const [row] = (await connection.runAndReadAll(`
    WITH groups AS (SELECT ${names.map((x) => `"${x}"`)}, count(*) AS n FROM read_csv(${text(source)}) GROUP BY ALL)
    SELECT sum(n)::DOUBLE AS rows, (${nulls})::DOUBLE AS nulls, coalesce(sum(n) FILTER (n > 1), 0)::DOUBLE AS duplicates
    FROM groups`)).getRowObjects();
  const answer = {
    rows: row.rows, columns: names.length, null_ratio: row.nulls / row.rows / names.length, duplicates: row.duplicates,
  };
  writeFileSync(target, JSON.stringify({ metrics: answer }));
}

// A table of the one column gives row numbers (rowid is in file order) and is read a second time for nothing.
const anomalies = (limits, outside) => async (connection, source, target) => {
  await connection.run(`CREATE TABLE t AS SELECT total_rooms AS v FROM read_csv(${text(source)})`);
  await connection.run(`
    COPY (
      WITH limits AS (SELECT ${limits} FROM t),
        found AS (SELECT v, t.rowid AS r FROM t, limits WHERE ${outside})
      SELECT count(*) AS anomalies_count, list(v ORDER BY r) AS anomalies, list(r ORDER BY r) AS "rows" FROM found
    ) TO ${text(target)} (FORMAT json)`);
};

const iqr = anomalies(
  'quantile_cont(v, [0.25, 0.75]) AS q, 1.5 * (q[2] - q[1]) AS reach', 'v < q[1] - reach OR v > q[2] + reach');
const zscore = anomalies('avg(v) AS mean, stddev_pop(v) AS deviation', 'abs(v - mean) / deviation > 3');

async function normalize(connection, source, target) {
  await connection.run(`CREATE TABLE t AS FROM read_csv(${text(source)})`);
  await writeNormalized(connection, target);
}

// The first of equal rows stays, in the file's order, as with pandas. SELECT DISTINCT keeps neither, and was no faster.
async function normalizeDistinct(connection, source, target) {
  const names = (await columns(connection, source)).map((x) => `"${x}"`);
  await connection.run(`CREATE TABLE s AS FROM read_csv(${text(source)})`);
  await connection.run(`
    CREATE TABLE t AS SELECT * EXCLUDE (first_row)
    FROM (SELECT ${names}, min(rowid) AS first_row FROM s GROUP BY ${names}) ORDER BY first_row`);
  await writeNormalized(connection, target);
}

const writeNormalized = (connection, target) => connection.run(`
  COPY (
    WITH found AS (
      SELECT quantile_cont(total_bedrooms, 0.5) AS median, min(total_bedrooms) AS b0, max(total_bedrooms) AS b1,
        min(households) AS h0, max(households) AS h1 FROM t)
    SELECT t.* REPLACE (
      (coalesce(total_bedrooms, median) - b0) / (b1 - b0) AS total_bedrooms, (households - h0) / (h1 - h0) AS households)
    FROM t, found
  ) TO ${text(target)} (HEADER)`);

// For information: less than our profile, which also has histograms and top values.
async function profile(connection, source, target) {
  await connection.run(`CREATE TABLE t AS FROM read_csv(${text(source)})`);
  const summary = (await connection.runAndReadAll('SUMMARIZE t')).getRowObjectsJson();
  const [quantiles] = (await connection.runAndReadAll(
    'SELECT quantile_cont(COLUMNS(*), [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]), count(DISTINCT COLUMNS(*)) FROM t')).getRowsJson();
  writeFileSync(target, JSON.stringify({ summary, quantiles }));
}

const work = { metrics, iqr, zscore, normalize, 'normalize-distinct': normalizeDistinct, profile };
const [name, source, target] = process.argv.slice(2);
const database = await DuckDBInstance.create(':memory:', { threads: `${availableParallelism()}`, temp_directory: `${target}.spilled` });
const connection = await database.connect();
const started = performance.now();
const before = process.cpuUsage();
await work[name](connection, source, target);
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(before);
console.log(JSON.stringify({
  seconds,
  user_seconds: cpu.user / 1e6,
  system_seconds: cpu.system / 1e6,
  peak_bytes: Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024,
  version: (await connection.runAndReadAll('SELECT version()')).getRows()[0][0],
}));
