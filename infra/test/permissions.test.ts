import { describe, expect, it } from '@jest/globals';
import { comparePermissions } from '../compare-permissions.ts';
import type { TableAccess, TableUser } from '../permissions.ts';

const ACCESS: Readonly<Record<TableUser, TableAccess>> = {
  api: { table: ['GetItem', 'Query'], index: ['Query'] },
  'update-summaries': { table: ['Query'], index: [] },
  'create-profile': { table: [], index: [] },
  'remove-files': { table: [], index: [] },
};
const DONE = ['api GetItem table', 'api Query table', 'api Query index', 'update-summaries Query table'];

describe('the comparison of recorded calls with the policies', () => {
  it('finds no difference if all allowed actions are used and no others', () => {
    expect(comparePermissions(new Set(DONE), ACCESS)).toEqual({ missing: [], unused: [] });
  });

  it('finds recorded calls that are not allowed: by another role, on another resource, of another action', () => {
    const more = ['update-summaries GetItem table', 'update-summaries Query index', 'api Scan table'];
    expect(comparePermissions(new Set([...DONE, ...more]), ACCESS)).toEqual({
      missing: [...more].sort(),
      unused: [],
    });
  });

  it('finds allowed actions that no call used', () => {
    const less = new Set(DONE.filter((line) => line !== 'api Query index'));
    expect(comparePermissions(less, ACCESS)).toEqual({ missing: [], unused: ['api Query index'] });
  });
});
