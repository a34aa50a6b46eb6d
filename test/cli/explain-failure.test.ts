import { describe, expect, it } from '@jest/globals';
import { TableUnavailableError } from '../../backend/errors.ts';
import { explainFailure } from '../../cli/explain-failure.ts';

const FULL_DISK = /^the disk is full \(.+\): make room on it, or choose a DATA_DIR/;

describe('a full disk is named', () => {
  it('where a file cannot be written', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(explainFailure(error)).toMatch(FULL_DISK);
  });

  it('where the engine says that its own disk is full', () => {
    const cause = new Error('commit failed (backend: database or disk is full) and rollback also failed');
    cause.name = 'InternalServerError';
    expect(explainFailure(new TableUnavailableError({ cause }))).toMatch(FULL_DISK);
  });
});
