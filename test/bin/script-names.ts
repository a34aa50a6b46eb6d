/** The executables, by their paths in `bin/`, in alphabetical order. */
export const SCRIPTS = [
  'canary',
  'ddb/compare',
  'ddb/doctor',
  'ddb/drop',
  'ddb/dump',
  'ddb/import-cruddur',
  'ddb/list-tables',
  'ddb/load',
  'ddb/patterns/get-conversation',
  'ddb/patterns/list-conversations',
  'ddb/rebuild-summaries',
  'ddb/redrive',
  'ddb/scan',
  'ddb/schema-load',
  'ddb/seed',
  'token',
];
