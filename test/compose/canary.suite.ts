import { expect, it } from '@jest/globals';
import { CANARY_STEPS } from '../../backend/metrics/catalogue.ts';
import { callScript, succeeds } from '../bin/run-script.ts';
import { eventually } from '../support/eventually.ts';
import { parseSamples, type Samples } from '../support/prometheus.ts';
import { Project } from './project.ts';

/* The canary against `docker compose up`, and what it leaves in the metrics of the containers. */

const project = Project.started();

/** Reads the metrics of a container from within: no port of this machine leads to them. */
async function metricsOf(service: string): Promise<Samples> {
  const program = "fetch('http://127.0.0.1:9464/metrics').then((r) => r.text()).then(console.log)";
  return parseSamples(await project.exec(service, 'node', '--eval', program));
}

it('the canary passes every step through the proxy, and both APIs and the pump have it in their metrics', async () => {
  const steps: unknown = JSON.parse(await succeeds(callScript('canary', [project.url, '--json'])));
  expect(steps).toEqual(CANARY_STEPS.map((step) => ({ step, ms: expect.any(Number) })));
  const apis = await Promise.all(['api-1', 'api-2'].map(metricsOf));
  const sends = apis.map((samples) => samples.get('cruddur_send_duration_seconds_count{outcome="ok"}') ?? 0);
  expect(sends.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(1);
  await eventually(async () => {
    const pump = await metricsOf('pump');
    return (pump.get('cruddur_summary_lag_seconds_count') ?? 0) >= 1;
  });
});

it('no container lets this machine’s other programs read its metrics', async () => {
  const ports = await project.compose('ps', '--format', '{{.Service}} {{.Ports}}');
  expect(ports).toContain('proxy');
  expect(ports.split('\n').filter((line) => line.includes('9464->') || line.includes(':9464'))).toEqual([]);
});
