import { describe, expect, it } from '@jest/globals';
import { Deliveries } from '../../backend/events/deliveries.ts';
import { entry } from './scene.ts';

/** Every stream needs what was delivered at this time. */
const NEVER = 0;

describe('A message that is published twice', () => {
  it('is needed once, except by streams that were opened in between', () => {
    const deliveries = new Deliveries();
    const opened = deliveries.now();
    expect(deliveries.recordMessage('group', entry())).toBe(NEVER);
    const between = deliveries.now();
    const deliveredAt = deliveries.recordMessage('group', entry());
    expect(opened < deliveredAt && deliveredAt < between).toBe(true);
  });

  it('is needed by every stream each time if it is a deletion, but not after a newer version', () => {
    const deliveries = new Deliveries();
    const tombstone = entry({ rev: 1, deleted_at: '2026-01-01T00:00:00.000Z' });
    expect(deliveries.recordMessage('group', tombstone)).toBe(NEVER);
    expect(deliveries.recordMessage('group', tombstone)).toBe(NEVER);
    deliveries.recordMessage('group', { ...tombstone, rev: 2 });
    const now = deliveries.now();
    expect(deliveries.recordMessage('group', tombstone)).toBeGreaterThan(now);
  });
});
