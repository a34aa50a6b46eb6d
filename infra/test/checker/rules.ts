import type { Rule } from './rule.ts';
import { ALARMS } from './rules/alarms.ts';
import { COSTS } from './rules/costs.ts';
import { DEPLOYING } from './rules/deploying.ts';
import { FILES } from './rules/files.ts';
import { NETWORK } from './rules/network.ts';

/** All rules. Each says in its sentence what AWS would do with a deployment. */
export const RULES: readonly Rule[] = [...DEPLOYING, ...NETWORK, ...ALARMS, ...COSTS, ...FILES];
