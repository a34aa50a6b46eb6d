import { readSettings, type Settings } from '../../settings.ts';

/** Settings of a file, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** The file of a standard environment whose image does not have to be built. */
const TEST_FILE: Values = {
  account: '123456789012',
  region: 'us-east-1',
  prefix: 'cruddur',
  domain: 'chat.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
  alarmEmail: 'operators@example.com',
  size: 'standard',
  image: 'registry.example/cruddur-messaging:1',
};

/** Settings of an environment with a region in reserve, with AWS's key of the table. */
export const STANDBY: Values = {
  standbyRegion: 'eu-central-1',
  userPoolKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555',
  signIn: {
    domain: 'login.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/22222222-2222-3333-4444-555555555555',
    healthCheckId: '33333333-2222-3333-4444-555555555555',
  },
};

/** Settings of an environment on a table that another stack, or a restore, created. */
export const EXISTING: Values = {
  table: 'existing',
  tableStreamArn:
    'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages/stream/2026-01-01T00:00:00.000',
  tableKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555',
};

/** The settings of a test's environment: these values, and otherwise those of a standard one. */
export function testSettings(values: Values = {}): Settings {
  return readSettings('test', { ...TEST_FILE, ...values });
}
