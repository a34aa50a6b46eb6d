import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { METRICS, type MetricDefinition } from '../../backend/metrics/catalogue.ts';
import { prometheusName } from '../../backend/metrics/prometheus-recorder.ts';
import type { Caller } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { exchange } from '../support/http-client.ts';
import { parseSamples, type Samples } from '../support/prometheus.ts';
import { type SmallRun, startSmallRun } from './small-run.ts';

/* What an operator scrapes from a run on one machine, after a conversation in which something of everything happened. */

let run: SmallRun;
let metricsPort: number;
let ada: Caller;
let grace: Caller;

beforeAll(async () => {
  metricsPort = await getPort();
  run = await startSmallRun({ METRICS_PORT: String(metricsPort), METRICS_CAPACITY_EVERY: '1' });
  [ada, grace] = [await run.caller('ada'), await run.caller('grace')];
});
afterAll(() => run.stop());

async function scrape(): Promise<Samples> {
  const answer = await exchange(metricsPort, { path: '/metrics' });
  expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
  });
  return parseSamples(answer.text);
}

describe('the metrics of a local run', () => {
  it('count what happened: sends by outcome, conflicts, lags, streams, 503s by code and capacity units by route', async () => {
    const { message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'Hello!' });
    const stream = await readEvents(run.port, { token: grace.token });
    await stream.until('ready');
    await ada.send({ message_group_uuid: groupId, message: 'Are you there?' });
    await stream.until('message');
    // Another process appends meanwhile, so the tail that the run remembers is too low.
    await sendToGroup(run.db.newContext(), groupId, { userId: 'grace', text: 'Yes.' });
    await ada.send({ message_group_uuid: groupId, message: 'Good.' });
    expect((await ada.post('/api/messages', { handle: 'nobody', message: 'Hm.' })).status).toBe(422);
    run.flaky.refuse('PutItem', 'ProvisionedThroughputExceededException');
    const refused = await ada.post('/api/messages', { message_group_uuid: groupId, message: 'Lost.' });
    expect(refused.status).toBe(503);
    const samples = await eventually(async () => {
      const found = await scrape();
      // The handler publishes messages again. So the first message, or that of the other process, can reach the stream too.
      const [summaries = 0, events = 0] = ['summary', 'event'].map((what) =>
        found.get(`cruddur_${what}_lag_seconds_count`),
      );
      return summaries >= 4 && events >= 3 && found;
    });
    expect(Object.fromEntries(samples)).toMatchObject({
      'cruddur_send_duration_seconds_count{outcome="ok"}': 3,
      'cruddur_send_duration_seconds_count{outcome="refused"}': 1,
      'cruddur_send_duration_seconds_count{outcome="unavailable"}': 1,
      'cruddur_requests_total{route="sendMessage",outcome="ok"}': 3,
      'cruddur_unavailable_total{code="table_unavailable"}': 1,
      cruddur_append_conflicts_total: 1,
      cruddur_open_streams: 1,
      'cruddur_read_units_count{route="sendMessage"}': 5,
    });
    // A transaction of META, two rows, a message and two checks for blocks, and the rows' places in the index; then a send, a
    // conflict and a send.
    expect(samples.get('cruddur_write_units_sum{route="sendMessage"}')).toBe(2 * 6 + 2 + 1 + 2);
    for (const name of ['send_duration_seconds', 'summary_lag_seconds', 'event_lag_seconds']) {
      const labels = name.startsWith('send') ? '{outcome="ok"}' : '';
      const sum = samples.get(`cruddur_${name}_sum${labels}`) ?? NaN;
      expect({ name, isTime: sum > 0 && sum < 20 }).toEqual({ name, isTime: true });
    }
    expect(samples.has('process_cpu_seconds_total')).toBe(true);
    stream.close();
    await eventually(async () => (await scrape()).get('cruddur_open_streams') === 0);
  });

  it('have every metric of the list but those of functions, and no user, group or text', async () => {
    const { text } = await exchange(metricsPort, { path: '/metrics' });
    for (const definition of Object.values(METRICS) as MetricDefinition[])
      expect(text).toContain(`# HELP ${prometheusName(definition)} ${definition.help}\n`);
    expect(text).not.toMatch(/ada|grace|Hello|[0-9A-HJKMNP-TV-Z]{26}/);
  });

  it('are not served by the API’s own port', async () => {
    const { text, status } = await exchange(run.port, {
      path: '/metrics',
      headers: { Accept: 'application/json' },
    });
    expect(status).toBe(404);
    expect(text).not.toContain('cruddur_');
  });
});
