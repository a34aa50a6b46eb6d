import { readFileSync } from 'node:fs';
import * as z from 'zod';

const usd = z.number().positive();

/** List prices in US dollars, without any free tier. A price of an hour or a month is for one of the thing. */
const shape = z.strictObject({
  region: z.string(),
  currency: z.literal('USD'),
  /** The day on which the prices were last compared with what is published. */
  date: z.iso.date(),
  sources: z.array(z.url()).min(1),
  standing: z.strictObject({
    loadBalancerHour: usd,
    publicAddressHour: usd,
    natGatewayHour: usd,
    interfaceEndpointHour: usd,
    /** Of Fargate on ARM. */
    vcpuHour: usd,
    memoryGbHour: usd,
    cacheNodeHour: z.record(z.string(), usd),
    keyMonth: usd,
    secretMonth: usd,
    alarmMetricMonth: usd,
    compositeAlarmMonth: usd,
    dashboardMonth: usd,
    ownMetricMonth: usd,
    contributorRuleMonth: usd,
    webAclMonth: usd,
    webAclRuleMonth: usd,
    provisionedWriteHour: usd,
    provisionedReadHour: usd,
  }),
  use: z.strictObject({
    millionWriteUnits: usd,
    millionReadUnits: usd,
    tableGbMonth: usd,
    recoveryGbMonth: usd,
    backupGbMonth: usd,
    loadBalancerUnitHour: usd,
    logGb: usd,
    millionInvocations: usd,
    functionGbSecond: usd,
    outGb: usd,
    /** Of S3 Standard. */
    bucketGbMonth: usd,
    /** POST, COPY, PUT and LIST. */
    millionBucketWrites: usd,
    /** GET and all others; deletions are free. */
    millionBucketReads: usd,
    firewallMillionRequests: usd,
    monthlyActiveUser: usd,
  }),
});

export type Prices = z.output<typeof shape>;

/** Reads the price file, infra/cost/prices.json. */
export function readPrices(): Prices {
  return shape.parse(JSON.parse(readFileSync(new URL('prices.json', import.meta.url), 'utf8')));
}
