import { createDynamoClient } from '../../backend/table/client.ts';
import type { DynamoConfig } from '../../backend/config.ts';
import { isRootUser, rootUserProblem } from '../caller.ts';
import { absent, type Check, fails, holds, notChecked, warns } from './check.ts';

/** AWS refuses requests that are signed five minutes off. A clock that is one minute off is not synchronised. */
const MAX_SKEW_MS = 60_000;
/** The Date header has whole seconds. */
const SKEW_UNIT_MS = 1_000;
const SHOWN_KEY_CHARACTERS = 4;
/** A header of every response of DynamoDB and of its local engines. */
const REQUEST_ID = 'x-amzn-requestid';

/** The SDK's names for the sources of credentials (its `$source`), and our words for them. */
const CREDENTIAL_SOURCES: readonly (readonly [source: RegExp, text: string])[] = [
  [/^CREDENTIALS_ENV_VARS/, 'the environment'],
  [/SSO/, 'a single sign-on session'],
  [/LOGIN/, 'a login session'],
  [/WEB_ID/, 'a web identity token'],
  [/PROCESS/, 'a credential process'],
  [/STS_ASSUME_ROLE/, 'an assumed role'],
  [/^CREDENTIALS_PROFILE/, 'a profile'],
  [/HTTP/, "the container's role"],
  [/IMDS/, "the instance's role"],
];

const endpoint: Check = {
  name: 'endpoint',
  needs: [],
  run: async (subject) => {
    const { config, source } = await subject.route();
    return holds(`${config.endpoint ?? 'AWS'}, from ${source}`);
  },
};

const region: Check = {
  name: 'region',
  needs: ['endpoint'],
  run: async (subject) => {
    const { config, regionSource } = await subject.route();
    if (config.region === undefined) return holds(`${await sdkRegion(config)}, from the AWS configuration`);
    return holds(
      `${config.region}, ${regionSource ? `from ${regionSource}` : 'as a local engine checks none'}`,
    );
  },
};

const credentials: Check = {
  name: 'credentials',
  needs: ['endpoint'],
  run: async (subject) => {
    const { config, isAws } = await subject.route();
    if (config.credentials) return holds('a fixed pair, as a local engine checks none');
    const { accessKeyId, isTemporary, sources } = await subject.identity();
    const key = `access key …${accessKeyId.slice(-SHOWN_KEY_CHARACTERS)}`;
    const source = sourceText(sources);
    if (isTemporary) return holds(`${key}, temporary, from ${source}`);
    if (!isAws) return holds(`${key}, from ${source}`);
    return warns(
      `${key}, from ${source}, never expires: use a session (\`aws sso login\`, --role-arn) and delete the key`,
    );
  },
};

/** The identity that AWS sees. The root user fails: its rights cannot be limited. */
const caller: Check = {
  name: 'caller',
  needs: ['endpoint', 'region', 'credentials'],
  run: async (subject) => {
    const { isAws } = await subject.route();
    if (!isAws) return absent('a local engine does not authenticate callers');
    const arn = await subject.caller();
    return isRootUser(arn) ? fails(rootUserProblem(arn)) : holds(arn);
  },
};

/** Sends one request, whose response the checks of the table use too. */
const answers: Check = {
  name: 'connection',
  needs: ['endpoint', 'region', 'credentials', 'caller'],
  run: async (subject) => {
    await subject.table();
    const { headers = {} } = subject.answer ?? {};
    if (headers[REQUEST_ID] === undefined) {
      return fails(`what answers at ${subject.target.endpoint ?? 'AWS'} is not DynamoDB: check the port`);
    }
    return holds(`DynamoDB answers${headers['server'] ? ` (${headers['server']})` : ''}`);
  },
};

/** Uses any response, even a refusal: a wrong clock is a reason for one. */
const clock: Check = {
  name: 'clock',
  needs: ['endpoint', 'region', 'credentials', 'caller'],
  run: async (subject) => {
    await subject.table().catch(() => undefined);
    if (!subject.answer) return notChecked('not checked: nothing answered');
    const { headers, receivedAt } = subject.answer;
    const date = Date.parse(headers['date'] ?? '');
    if (Number.isNaN(date)) return absent('the answers have no date');
    const skew = receivedAt.getTime() - date;
    const seconds = Math.round(Math.abs(skew) / SKEW_UNIT_MS);
    if (Math.abs(skew) > MAX_SKEW_MS) {
      return fails(
        `this machine's clock is ${seconds} s ${skew > 0 ? 'ahead' : 'behind'}: synchronise it with a time server`,
      );
    }
    // The date of a response may be up to a second old.
    return holds(seconds <= 1 ? 'right to the second' : `${seconds} s off, which does no harm`);
  },
};

/** The checks from the endpoint to its first response. */
export const CONNECTION_CHECKS: readonly Check[] = [endpoint, region, credentials, caller, answers, clock];

/** The region that the SDK finds itself, such as that of a profile. */
async function sdkRegion(config: DynamoConfig): Promise<string> {
  const client = createDynamoClient(config);
  try {
    return await client.config.region();
  } finally {
    client.destroy();
  }
}

function sourceText(sources: readonly string[]): string {
  const known = CREDENTIAL_SOURCES.find(([pattern]) => sources.some((source) => pattern.test(source)));
  return known?.[1] ?? 'where the SDK found it';
}
