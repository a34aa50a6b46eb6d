import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { METRICS, NAMESPACE, TABLE_DIMENSION } from '../../backend/metrics/catalogue.ts';
import { EmfRecorder } from '../../backend/metrics/emf-recorder.ts';

/** The embedded metric format as AWS specifies it; a line with another form is not read. */
const emfLine = new Ajv({ strict: false }).compile({
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer', minimum: 1e12 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 255 },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 30,
                  items: { type: 'string', maxLength: 250 },
                },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name', 'Unit'],
                  properties: {
                    Name: { type: 'string', minLength: 1 },
                    Unit: { enum: ['Count', 'Milliseconds'] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  additionalProperties: {
    anyOf: [
      { type: 'string', minLength: 1, maxLength: 1024 },
      { type: 'number' },
      { type: 'array', maxItems: 100, items: { type: 'number' } },
    ],
  },
});

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

function createRecorder() {
  const lines: string[] = [];
  const recorder = new EmfRecorder({ tableName: 'a-table', writeLine: (line) => lines.push(line) });
  return { recorder, lines, parsed: () => lines.map((line) => JSON.parse(line) as EmfLine) };
}

describe('metrics in the log', () => {
  it('have the form, the namespace, the names, units and dimensions that CloudWatch reads', () => {
    const { recorder, parsed } = createRecorder();
    recorder.record('sendDuration', 12.345, 'ok');
    recorder.record('sendDuration', 30, 'ok');
    recorder.record('sendDuration', 2_000, 'unavailable');
    recorder.record('unavailable', 1, 'table_unavailable');
    recorder.gauge('openStreams', () => 7);
    recorder.flush();
    for (const line of parsed()) expect({ line, isValid: emfLine(line) }).toEqual({ line, isValid: true });
    const shown = parsed().map(({ _aws: { CloudWatchMetrics }, ...values }) => ({
      ...CloudWatchMetrics[0],
      values,
    }));
    const common = { Namespace: NAMESPACE };
    expect(shown).toEqual([
      {
        ...common,
        Dimensions: [[TABLE_DIMENSION, 'Outcome']],
        Metrics: [{ Name: 'SendDuration', Unit: 'Milliseconds' }],
        values: { Table: 'a-table', Outcome: 'ok', SendDuration: [12.3, 30] },
      },
      {
        ...common,
        Dimensions: [[TABLE_DIMENSION, 'Outcome']],
        Metrics: [{ Name: 'SendDuration', Unit: 'Milliseconds' }],
        values: { Table: 'a-table', Outcome: 'unavailable', SendDuration: 2_000 },
      },
      {
        ...common,
        Dimensions: [[TABLE_DIMENSION, 'Code']],
        Metrics: [{ Name: 'Unavailable', Unit: 'Count' }],
        values: { Table: 'a-table', Code: 'table_unavailable', Unavailable: 1 },
      },
      {
        ...common,
        Dimensions: [[TABLE_DIMENSION]],
        Metrics: [{ Name: 'OpenStreams', Unit: 'Count' }],
        values: { Table: 'a-table', OpenStreams: 7 },
      },
    ]);
  });

  it('lose no value of many, in lines that CloudWatch reads to their end', () => {
    const { recorder, parsed } = createRecorder();
    for (let value = 1; value <= 250; value += 1) recorder.record('eventLag', value);
    for (let count = 0; count < 250; count += 1) recorder.record('appendConflicts', 1);
    recorder.flush();
    for (const line of parsed()) expect(emfLine(line)).toBe(true);
    const values = parsed().flatMap(({ EventLag = [] }) => EventLag as number[]);
    expect(values).toEqual(Array.from({ length: 250 }, (_, place) => place + 1));
    expect(parsed().flatMap(({ AppendConflicts = [] }) => AppendConflicts)).toEqual([250]);
  });

  it('are written once: a second flush has only the levels of gauges', () => {
    const { recorder, lines } = createRecorder();
    recorder.gauge('openStreams', () => 0);
    recorder.record('appendConflicts', 2);
    recorder.record('readUnits', 1, 'sendMessage');
    recorder.flush();
    lines.length = 0;
    recorder.flush();
    expect(lines).toEqual([expect.stringContaining('"OpenStreams":0')]);
  });

  it('by route are one plain line, because CloudWatch charges for each combination of dimensions', () => {
    const { recorder, lines } = createRecorder();
    recorder.record('readUnits', 2, 'sendMessage');
    recorder.record('readUnits', 1, 'sendMessage');
    recorder.record('requests', 1, 'sendMessage', 'ok');
    recorder.flush();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        level: 'info',
        msg: 'by route',
        sums: {
          ReadUnits: { sendMessage: { count: 2, sum: 3 } },
          Requests: { 'sendMessage ok': { count: 1, sum: 1 } },
        },
      },
    ]);
  });
});

describe('the list of metrics', () => {
  it('has names that CloudWatch takes, each once, and with few series in CloudWatch', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    const byRoute = Object.values(METRICS).filter(({ dimensions }) =>
      (dimensions as readonly string[]).includes('Route'),
    );
    expect(byRoute.every((metric) => 'inCloudWatch' in metric)).toBe(true);
  });
});
