import { beforeAll, describe, expect, it } from '@jest/globals';
import { RULES } from './checker/rules.ts';
import { synthesise, testSettings, type Values } from './support/synthesis.ts';
import { type Deployment, synthesiseAllPairs } from './support/variants.ts';

/** Everything that can be switched on, for the rules' own tests. */
const EVERYTHING: Values = {
  textEncryption: 'on',
  firewall: true,
  baseline: true,
  image: undefined,
  files: true,
};

let deployments: readonly Deployment[];
let everything: Deployment;
beforeAll(() => {
  deployments = synthesiseAllPairs();
  everything = { settings: testSettings(EVERYTHING), stacks: synthesise(EVERYTHING) };
});

describe.each(RULES)('in all pairs of settings, $sentence', (rule) => {
  it('is true', () => {
    const found = deployments.flatMap((deployment) =>
      rule
        .violations(deployment)
        .map((violation) => `${violation} with ${JSON.stringify(deployment.settings)}`),
    );
    expect(found).toEqual([]);
  });

  it('is false once it is broken, and the rule notices', () => {
    const broken = structuredClone(everything);
    expect(rule.violations(broken)).toEqual([]);
    rule.break(broken);
    expect(rule.violations(broken)).not.toEqual([]);
  });
});
