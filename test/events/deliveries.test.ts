import { describe, expect, it } from '@jest/globals';
import { Deliveries } from '../../backend/events/deliveries.ts';

/** Every stream needs what was delivered at this time. */
const NEVER = 0;

describe('A message that is published twice', () => {
  it('is needed once, except by streams that were opened in between', () => {
    const deliveries = new Deliveries();
    const opened = deliveries.now();
    expect(deliveries.record('g 1', 0).deliveredAt).toBe(NEVER);
    const between = deliveries.now();
    const { deliveredAt } = deliveries.record('g 1', 0);
    expect(opened < deliveredAt && deliveredAt < between).toBe(true);
  });

  it('is needed by no stream in a version older than one that was delivered or received', () => {
    const deliveries = new Deliveries();
    deliveries.record('g 1', 1);
    expect(deliveries.record('g 1', 0).deliveredAt).toBe(Infinity);
    deliveries.receive('g 1', 2);
    expect(deliveries.record('g 1', 1).deliveredAt).toBe(Infinity);
    expect(deliveries.deliveredAt('g 1', 2)).toBe(NEVER);
    expect(deliveries.record('g 1', 2).deliveredAt).toBe(NEVER);
  });
});
