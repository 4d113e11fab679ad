export interface Field { name: string; says: string; example: unknown }
export interface JobType { name: string; title: string; says: string; dataset: boolean; fields: Field[]; example: Record<string, unknown> }

/** The job types that can be asked for, with what their payloads (of dataset types: params) hold. */
export const jobTypes: JobType[] = [
  { name: 'echo', title: 'Echo', says: 'Answers with the payload. Good for trying things out.', dataset: false, fields: [{ name: '(anything)', says: 'Any JSON object; it becomes the result.', example: { hello: 'world' } }], example: { hello: 'world' } },
  { name: 'sleep', title: 'Sleep', says: 'Waits, so that there is something to watch.', dataset: false, fields: [{ name: 'seconds', says: '0 to 300.', example: 5 }], example: { seconds: 5 } },
  {
    name: 'metrics', title: 'Metrics', says: 'Counts rows, missing values and duplicates; profiles each column.', dataset: true,
    fields: [
      { name: 'metrics', says: 'Which of rows, columns, null_ratio, duplicates, profile; all but the profile when left out.', example: ['rows', 'columns', 'null_ratio', 'duplicates', 'profile'] },
      { name: 'duplicates', says: 'By which columns (subset) rows are equal, and which of them count: keep is false, "first" or "last".', example: { keep: 'first' } },
      { name: 'limit_rows', says: 'Leaves out all rows after so many.', example: 1000 },
    ],
    example: { metrics: ['rows', 'columns', 'null_ratio', 'duplicates', 'profile'] },
  },
  {
    name: 'anomalies', title: 'Anomalies', says: 'Finds the unusual values of one column.', dataset: true,
    fields: [
      { name: 'column', says: 'A column of numbers; required.', example: 'price' },
      { name: 'strategy', says: 'zscore, IQR, MAD or EWMA; required.', example: 'IQR' },
      { name: 'limit_rows', says: 'Leaves out all rows after so many.', example: 1000 },
    ],
    example: { column: 'price', strategy: 'IQR' },
  },
  {
    name: 'normalize', title: 'Normalize', says: 'Writes a cleaned and scaled copy as CSV.', dataset: true,
    fields: [
      { name: 'drop_duplicates', says: 'Leaves one row of equal ones: subset, keep.', example: { keep: 'first' } },
      { name: 'fill_nulls', says: 'Fills missing cells: strategy is median, mean or constant (then value), columns.', example: { strategy: 'median' } },
      { name: 'normalize', says: 'Scales: method is minmax or zscore, columns.', example: { method: 'minmax' } },
    ],
    example: { fill_nulls: { strategy: 'median' }, normalize: { method: 'minmax' } },
  },
  {
    name: 'compare', title: 'Compare', says: 'Holds a dataset against an earlier one and tells which columns drifted.', dataset: true,
    fields: [
      { name: 'baseline_dataset_id', says: 'The earlier dataset; required.', example: '' },
      { name: 'columns', says: 'Only these; all when left out.', example: ['price'] },
    ],
    example: { baseline_dataset_id: '' },
  },
  { name: 'external:', title: 'External', says: 'A program of yours takes it from the queue airflow_requests and answers on airflow_results.', dataset: false, fields: [{ name: '(anything)', says: 'Any JSON object; it is the message’s body.', example: {} }], example: { task: 'example' } },
  { name: 'workflow', title: 'A workflow', says: 'Runs a workflow; the payload is its input, and its end calls back.', dataset: false, fields: [{ name: '(anything)', says: 'Any JSON object; steps read it as {{input.…}}.', example: {} }], example: {} },
]

export const typeOf = (name: string) => jobTypes.find(t => t.name === name) ?? (name.startsWith('external:') ? jobTypes.find(t => t.name === 'external:')! : jobTypes[0]!)
