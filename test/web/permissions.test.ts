import { expect, it } from '@jest/globals';
import { mayChangeRole, mayManage, mayPin, mayRemove } from '../../web/src/groups/permissions.ts';

it('The screens offer a member what the API allows their role', () => {
  expect((['member', 'admin', 'owner', undefined] as const).map((role) => mayManage(role))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(mayRemove('admin', { role: 'owner' })).toBe(false);
  expect(mayRemove('admin', { role: 'admin' })).toBe(true);
  expect(mayRemove('member', { role: 'member' })).toBe(false);
  expect(mayChangeRole('owner', { role: 'admin' })).toBe(true);
  expect(mayChangeRole('admin', { role: 'member' })).toBe(false);
  expect(mayChangeRole('owner', { role: 'owner' })).toBe(false);
  expect(mayPin({ kind: 'direct' }, 'member')).toBe(true);
  expect(mayPin({ kind: 'group' }, 'member')).toBe(false);
  expect(mayPin({ kind: 'group' }, 'admin')).toBe(true);
});
