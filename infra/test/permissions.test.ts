import { describe, expect, it } from '@jest/globals';
import { comparePermissions } from '../compare-permissions.ts';
import type { TableAccess, TableUser } from '../permissions.ts';

const ACCESS: Readonly<Record<TableUser, TableAccess>> = {
  api: { table: ['GetItem', 'Query'], index: ['Query'] },
  'update-summaries': { table: ['Query'], index: [] },
  'create-profile': { table: [], index: [] },
};
const DONE = ['api GetItem table', 'api Query table', 'api Query index', 'update-summaries Query table'];

describe('what was done beside what is allowed', () => {
  it('is the same', () => {
    expect(comparePermissions(new Set(DONE), ACCESS)).toEqual({ missing: [], unused: [] });
  });

  it('is more: by another, on another place, by another action', () => {
    const more = ['update-summaries GetItem table', 'update-summaries Query index', 'api Scan table'];
    expect(comparePermissions(new Set([...DONE, ...more]), ACCESS)).toEqual({
      missing: [...more].sort(),
      unused: [],
    });
  });

  it('is less', () => {
    const less = new Set(DONE.filter((line) => line !== 'api Query index'));
    expect(comparePermissions(less, ACCESS)).toEqual({ missing: [], unused: ['api Query index'] });
  });
});
