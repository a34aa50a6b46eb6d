import type { Settings } from '../settings.ts';
import { fileUsageOf } from './file-usage.ts';
import type { Prices } from './prices.ts';
import { standingCosts } from './resource-costs.ts';
import type { Template } from './templates.ts';
import { readDayOfUser, usageOf } from './usage.ts';

const USERS = 10_000;
/** A line's width before its amount in dollars. */
const WIDTH = 62;

export interface CostInput {
  readonly settings: Settings;
  readonly templates: readonly Template[];
  readonly prices: Prices;
}

/**
 * What an environment costs a month, line by line.
 * @throws if a type of resource has no known price.
 */
export function costReport({ settings, templates, prices }: CostInput): string {
  const { costs, unknown } = standingCosts({ settings, templates, standing: prices.standing });
  if (unknown.length > 0)
    throw new Error(`no known price, which infra/cost/resource-costs.ts should have: ${unknown.join(', ')}`);
  const day = readDayOfUser();
  const usage = [...usageOf(USERS, day, prices), ...(settings.files ? fileUsageOf(USERS, day, prices) : [])];
  const standing = sum(costs.map(({ count, each }) => count * each));
  return [
    `${settings.environment} (${settings.size}), a month, by list prices of ${prices.region} of ${prices.date}, without free tiers and tax`,
    '',
    'while nobody comes:',
    ...costs.map(({ what, count, each }) => line(`${count} × ${what}`, count * each)),
    line('', standing),
    '',
    `what ${USERS.toLocaleString('en')} users add, who each send ${day.sends} messages a day (${day.conversations}):`,
    ...usage.map(({ what, amount, unit, usd }) => line(`${what}: ${amount.toFixed(1)} ${unit}`, usd)),
    line('', sum(usage.map(({ usd }) => usd))),
    '',
  ].join('\n');
}

function line(what: string, usd: number): string {
  return `  ${what.padEnd(WIDTH)}${usd.toFixed(2).padStart(9)}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
