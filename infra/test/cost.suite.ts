import { describe, expect, it } from '@jest/globals';
import { readPrices } from '../cost/prices.ts';
import { fileUsageOf } from '../cost/file-usage.ts';
import { costReport } from '../cost/report.ts';
import { RESOURCE_COSTS, standingCosts } from '../cost/resource-costs.ts';
import { parseTemplate, type Template } from '../cost/templates.ts';
import { METRICS } from '../../backend/metrics/catalogue.ts';
import { readDayOfUser, seriesByUse, usageOf } from '../cost/usage.ts';
import { synthesise, testSettings, type Values } from './support/synthesis.ts';
import { synthesiseAllPairs } from './support/variants.ts';

const { standing } = readPrices();

/** The costs of an environment with these settings, by line. */
function costsOf(values: Values, more: readonly Template[] = []) {
  const templates = [...synthesise(values).map(({ template }) => parseTemplate(template)), ...more];
  return standingCosts({ settings: testSettings(values), templates, standing });
}

const totalOf = ({ costs }: ReturnType<typeof costsOf>) =>
  costs.reduce((total, { count, each }) => total + count * each, 0);

describe('what an environment costs', () => {
  it('is known for every type of resource of all pairs of settings', () => {
    const types = synthesiseAllPairs().flatMap(({ stacks }) =>
      stacks.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type)),
    );
    expect([...new Set(types)].filter((type) => !(type in RESOURCE_COSTS))).toEqual([]);
    // An entry that nothing needs hides that a new resource of this type has a price.
    expect(Object.keys(RESOURCE_COSTS).filter((type) => !types.includes(type))).toEqual([]);
  });

  it('is not printed while a type of resource has no price', () => {
    const unknown = parseTemplate({ Resources: { Cluster: { Type: 'AWS::DAX::Cluster' } } });
    expect(costsOf({}, [unknown]).unknown).toEqual(['AWS::DAX::Cluster']);
    const input = { settings: testSettings(), templates: [unknown], prices: readPrices() };
    expect(() => costReport(input)).toThrow(/no known price.*AWS::DAX::Cluster/);
  });

  it('of size small is about $35 a month, and of size standard includes NAT, Valkey and two tasks', () => {
    const small = costsOf({ size: 'small' });
    expect(small.costs.map(({ what, count }) => `${count} ${what}`)).toEqual(
      expect.arrayContaining([
        '1 load balancer',
        '2 public address of the load balancer',
        '1 task of 0.25 vCPU and 0.5 GB',
        '1 public address of a task',
      ]),
    );
    const withoutMonitoring = small.costs.filter(({ what }) => !/alarms|dashboard|key|metric/.test(what));
    expect(totalOf({ costs: withoutMonitoring, unknown: [] })).toBeGreaterThan(33);
    expect(totalOf({ costs: withoutMonitoring, unknown: [] })).toBeLessThan(36);
    const standard = costsOf({ size: 'standard' });
    expect(standard.costs.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['NAT gateway', 'Valkey, cache.t4g.micro', 'metrics of Container Insights']),
    );
    expect(standard.costs.find(({ what }) => what.startsWith('task'))?.count).toBe(2);
  });

  it('of the canary is its secret, its metric and its alarm', () => {
    const added = totalOf(costsOf({ canary: true })) - totalOf(costsOf({}));
    expect(added).toBeCloseTo(0.4 + 0.4);
  });

  it('of files is their alarms while nobody comes: the bucket, the function and the queue cost by use', () => {
    const added = totalOf(costsOf({ files: true })) - totalOf(costsOf({}));
    expect(added).toBeCloseTo(2 * 0.1);
  });

  it('of the application’s metrics is what the API always writes; users add the others, each combination of dimensions', () => {
    const { costs } = costsOf({ size: 'small' });
    expect(costs).toContainEqual({ what: 'metric that the API always writes', count: 1, each: 0.3 });
    // Six of one series, the outcomes of a send, and the codes of 503.
    expect(seriesByUse()).toBe(6 + 5 + 5);
    const inCloudWatch = Object.values(METRICS).filter((metric) => !('inCloudWatch' in metric));
    expect(inCloudWatch).toHaveLength(1 + 1 + 8);
  });

  it('of Container Insights depends on no number of tasks', () => {
    const insightsOf = (values: Values) =>
      costsOf({ size: 'standard', ...values }).costs.find(({ what }) => what.includes('Container Insights'));
    expect(insightsOf({})?.count).toBe(38);
    expect(insightsOf({ minTasks: 4 })).toEqual(insightsOf({}));
  });

  it('of Contributor Insights is two rules each for the table and its index', () => {
    const added = totalOf(costsOf({ contributorInsights: true })) - totalOf(costsOf({}));
    expect(added).toBeCloseTo(4 * 0.5);
  });

  it('includes provisioned units, of the table and its index', () => {
    const { costs } = costsOf({ billing: 'provisioned', readUnits: 5, writeUnits: 3 });
    expect(costs).toContainEqual({ what: 'provisioned W', count: 6, each: expect.closeTo(0.4745) });
    expect(costs).toContainEqual({ what: 'provisioned R', count: 10, each: expect.closeTo(0.0949) });
  });
});

describe('what users add', () => {
  it('is the measured day of a user times users and days', () => {
    const day = readDayOfUser();
    const usage = usageOf(10_000, day, readPrices());
    expect(usage[0]).toMatchObject({ amount: day.W * 0.3, usd: expect.closeTo(day.W * 0.3 * 0.625) });
    expect(usage[1]).toMatchObject({ amount: day.R * 0.3, usd: expect.closeTo(day.R * 0.3 * 0.125) });
  });

  it('is with files their bucket, requests, traffic, capacity and function; without them none of it', () => {
    const day = readDayOfUser();
    const prices = readPrices();
    const usage = fileUsageOf(10_000, day, prices);
    // One message in 20 has a file of 1 MB, which is posted, copied, and downloaded twice.
    const files = 10_000 * 30 * day.sends * 0.05;
    expect(usage.slice(0, 5).map(({ amount, usd }) => [amount, usd])).toEqual([
      [expect.closeTo(files / 1_000), expect.closeTo((files / 1_000) * 0.023)],
      [expect.closeTo(files / 15_000), expect.closeTo((files / 15_000) * 0.023)],
      [expect.closeTo((2 * files) / 1e6), expect.closeTo((2 * files * 5) / 1e6)],
      [expect.closeTo((2 * files) / 1e6), expect.closeTo((2 * files * 0.4) / 1e6)],
      [expect.closeTo((2 * files) / 1_000), expect.closeTo((2 * files * 0.09) / 1_000)],
    ]);
    const reportWith = (values: Values) =>
      costReport({
        settings: testSettings(values),
        templates: synthesise(values).map(({ template }) => parseTemplate(template)),
        prices,
      });
    for (const { what } of usage) {
      expect(reportWith({ files: true })).toContain(what);
      expect(reportWith({})).not.toContain(what);
    }
  });

  it('is in the report, beside every line of what stands', () => {
    const templates = synthesise({ size: 'small' }).map(({ template }) => parseTemplate(template));
    const report = costReport({ settings: testSettings({ size: 'small' }), templates, prices: readPrices() });
    expect(report).toMatch(/^test \(small\), a month, by list prices of us-east-1 of \d{4}-\d\d-\d\d/);
    expect(report).toMatch(/1 × load balancer +16\.43\n/);
    expect(report).toMatch(/writes of the table: \d+\.\d million W +\d+\.\d\d\n/);
  });
});
