import { Stack } from 'aws-cdk-lib';
import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Api } from './api.ts';
import type { TableFunction } from './lambda-function.ts';

export interface QueriesProps {
  readonly api: Api;
  readonly functions: readonly TableFunction[];
}

/** Saves the log queries that docs/operations.md uses, in CloudWatch's list of queries. */
export function createQueries(scope: Construct, { api, functions }: QueriesProps): void {
  const apiLog = [api.logGroup];
  const all = [...apiLog, ...functions.map(({ logGroup }) => logGroup)];
  const save = (id: string, name: string, logGroups: ILogGroup[], queryString: QueryString) =>
    new QueryDefinition(scope, id, {
      queryDefinitionName: `${Stack.of(scope).stackName}/${name}`,
      logGroups,
      queryString,
    });
  save(
    'QueryFailures',
    'failures',
    apiLog,
    new QueryString({
      fields: ['@timestamp', 'request_id', 'method', 'path', 'status', 'ms', 'err.name', 'err.message'],
      filterStatements: ['status >= 500'],
      sort: '@timestamp desc',
      limit: 100,
    }),
  );
  save(
    'QueryRequest',
    'one request, through the API and the functions',
    all,
    new QueryString({
      fields: ['@timestamp', '@log', '@message'],
      filterStatements: ['request_id = "paste the X-Request-Id here"'],
      sort: '@timestamp asc',
    }),
  );
  save(
    'QueryRoutes',
    'requests by status, and their time',
    apiLog,
    new QueryString({
      filterStatements: ['ispresent(status)'],
      statsStatements: ['count(*) as requests, pct(ms, 50), pct(ms, 99), max(ms) by method, status'],
      sort: 'requests desc',
    }),
  );
  save(
    'QueryProblems',
    'warnings and errors by message',
    all,
    new QueryString({
      filterStatements: ['level in ["warn", "error", "fatal"]'],
      statsStatements: ['count(*) as lines, latest(@timestamp) by msg, @log'],
      sort: 'lines desc',
    }),
  );
}
