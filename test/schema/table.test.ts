import { describe, expect, it } from '@jest/globals';
import { groupKey, memberKey } from '../../schema/keys.ts';
import type { Key } from '../../schema/keys.ts';
import { KEY_ATTRIBUTES, tableDefinition, tableSettings } from '../../schema/table.ts';
import { directMemberItem, namedMemberItem } from '../support/factories.ts';

describe('the table', () => {
  const table = tableDefinition('some-table');

  it('has the name it is asked for, and is paid by request', () => {
    expect(table.TableName).toBe('some-table');
    expect(table.BillingMode).toBe('PAY_PER_REQUEST');
  });

  it('is keyed by pk and sk, as the keys of the items are', () => {
    expect(keyNames(table.KeySchema)).toEqual(['pk', 'sk']);
    expect(Object.keys(groupKey('g') satisfies Key)).toEqual(keyNames(table.KeySchema));
    expect(Object.keys(memberKey('g', 'u'))).toEqual(keyNames(table.KeySchema));
  });

  it('has one index, inbox, with all attributes in it', () => {
    expect(table.GlobalSecondaryIndexes).toHaveLength(1);
    const [index] = table.GlobalSecondaryIndexes;
    expect(index.IndexName).toBe('inbox');
    expect(index.Projection.ProjectionType).toBe('ALL');
    expect(keyNames(index.KeySchema)).toEqual(['inbox_pk', 'inbox_sk']);
    for (const row of [
      directMemberItem({ groupId: 'g', userId: 'u' }),
      namedMemberItem({ groupId: 'g', userId: 'u' }),
    ]) {
      expect(row).toMatchObject({ inbox_pk: expect.any(String), inbox_sk: expect.any(String) });
    }
  });

  it('has no local index, which would cap a group’s history', () => {
    expect(table).not.toHaveProperty('LocalSecondaryIndexes');
  });

  it('defines each key attribute once, as a string, and no other', () => {
    const defined = table.AttributeDefinitions.map(({ AttributeName }) => AttributeName);
    expect([...defined].sort()).toEqual(Object.values(KEY_ATTRIBUTES).sort());
    expect(new Set(table.AttributeDefinitions.map(({ AttributeType }) => AttributeType))).toEqual(
      new Set(['S']),
    );
  });

  it('streams new and old images', () => {
    expect(table.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
  });

  it('expires by expires_at, and can be recovered to a point in time', () => {
    expect(tableSettings).toEqual({
      timeToLive: { AttributeName: 'expires_at', Enabled: true },
      pointInTimeRecovery: true,
    });
  });
});

function keyNames(schema: readonly { readonly AttributeName: string; readonly KeyType: string }[]): string[] {
  expect(schema.map(({ KeyType }) => KeyType)).toEqual(['HASH', 'RANGE']);
  return schema.map(({ AttributeName }) => AttributeName);
}
