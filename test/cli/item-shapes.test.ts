import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { itemFault } from '../../cli/dumps/item-shapes.ts';
import {
  changeKey,
  deletedKey,
  directInboxSk,
  fileKey,
  formerGroupKey,
  groupDataKey,
  groupKey,
  handleKey,
  inboxPk,
  listingSk,
  memberKey,
  profileKey,
} from '../../schema/keys.ts';
import {
  directMemberItem,
  groupItem,
  inviteItem,
  listingItem,
  messageItem,
  namedMemberItem,
  newDirectId,
  newGroupId,
  pinsItem,
  reactionsItem,
  timeOf,
} from '../support/factories.ts';

const [named, direct] = [newGroupId(), newDirectId()];
const CHANGE = { ...changeKey(named, 3), change: 3, seqs: [1, 2], changed_at: timeOf(1) };
const DIRECT_ROW = directMemberItem({ groupId: direct, userId: 'ada', last_at: timeOf(100) });
const LISTING = listingItem(named, 'moths');
const INVITE = inviteItem({ groupId: named });
const FILE = { ...fileKey('one'), user_uuid: 'ada', type: 'a/b', size: 1, created_at: timeOf(1) };
const FILES = {
  attachments: [{ id: 'one', object: 'files/one/two', type: 'a/b', size: 1 }],
  attachment_names: '["plan.pdf"]',
};
const faultOf = (item: object) => itemFault(marshall(item, { removeUndefinedValues: true }));

describe('an item of a dump', () => {
  it.each<[string, object]>([
    ['META of a named group', groupItem({ groupId: named })],
    ['META of a direct group', groupItem({ groupId: direct })],
    ['a row of a named group', namedMemberItem({ groupId: named, userId: 'ada' })],
    ['a row of a direct group', DIRECT_ROW],
    [
      'a row whose place is a minute older than its message',
      { ...DIRECT_ROW, inbox_sk: directInboxSk(timeOf(40), direct) },
    ],
    ['a message', messageItem({ groupId: named, seq: 7 })],
    ['a change', CHANGE],
    ['a change of all', { ...changeKey(named, 4), change: 4, all: true, changed_at: timeOf(1) }],
    ['a deleted seq', deletedKey(named, 7)],
    ['reactions', reactionsItem({ groupId: named, seq: 7, users: ['ada', 'grace'] })],
    ['reactions that were all taken back', reactionsItem({ groupId: named, users: [] })],
    ['pins', pinsItem({ groupId: named, seqs: [1, 2] })],
    ['pins that were all taken away', pinsItem({ groupId: named, seqs: [] })],
    ['own data of a group', { ...groupDataKey(named), data_id: 'one', data: '{}' }],
    ['encrypted own data of a group', { ...groupDataKey(named), data_id: 'one', data: new Uint8Array([1]) }],
    ['a message with own data', messageItem({ groupId: named, seq: 7, data: '{}' })],
    ['a message with files', messageItem({ groupId: named, seq: 7, ...FILES })],
    ['a file that was not sent', { ...FILE, name: 'plan.pdf', expires_at: 1 }],
    ['a file that was sent', { ...FILE, group_uuid: named, seq: 7, object: 'files/one/two' }],
    ['a public group in the list', LISTING],
    ['an invitation', INVITE],
    ['a former group', { ...formerGroupKey('ada', named), left_at: timeOf(1), removed_by: 'grace' }],
    ['a profile', { ...profileKey('ada'), handle: 'ada', display_name: 'Ada', created_at: timeOf(1) }],
    ['a handle', { ...handleKey('ada'), user_uuid: 'ada', display_name: 'Ada' }],
  ])('that is %s is accepted', (_what, item) => {
    expect(faultOf(item)).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['META without a log_id', { ...groupItem({ groupId: named }), log_id: undefined }, 'has no valid log_id'],
    [
      'META of the other kind',
      { ...groupItem({ groupId: named }), ...groupKey(direct) },
      'has no valid kind',
    ],
    [
      'META without its summary',
      { ...groupItem({ groupId: named }), last_seq: undefined },
      'has no valid last_seq',
    ],
    ['a row without its peer', { ...DIRECT_ROW, peer: undefined }, 'has no valid peer'],
    ['a row without a log_id', { ...DIRECT_ROW, log_id: undefined }, 'has no valid log_id'],
    ['a row in another inbox', { ...DIRECT_ROW, inbox_pk: inboxPk('eve') }, 'has another inbox_pk'],
    [
      'a row after its newest message',
      { ...DIRECT_ROW, inbox_sk: directInboxSk(timeOf(101), direct) },
      'has another inbox_sk',
    ],
    [
      'a row of a named group among times',
      { ...namedMemberItem({ groupId: named, userId: 'ada' }), inbox_sk: directInboxSk(timeOf(1), named) },
      'has another inbox_sk',
    ],
    [
      'a public group under another group’s name',
      { ...LISTING, inbox_sk: listingSk('moths', direct) },
      'has another inbox_sk',
    ],
    ['a public group in an inbox', { ...LISTING, inbox_pk: inboxPk('eve') }, 'has another inbox_pk'],
    ['an invitation that never expires', { ...INVITE, expires_at: undefined }, 'has no valid expires_at'],
    ['a change of another number', { ...CHANGE, change: 4 }, 'has another sk'],
    ['a change without a time', { ...CHANGE, changed_at: undefined }, 'has no valid changed_at'],
    ['pins of no seqs', { ...pinsItem({ groupId: named }), seqs: new Set([0]) }, 'has no valid seqs'],
    ['reactions by no emoji', reactionsItem({ groupId: named, emoji: 'x' }), 'has another sk'],
    ['reactions by another spelling', reactionsItem({ groupId: named, emoji: '❤' }), 'has another sk'],
    ['reactions in a list', { ...reactionsItem({ groupId: named }), users: ['ada'] }, 'has no valid users'],
    ['a deleted seq of 0', { ...deletedKey(named, 0) }, 'is no item of this schema'],
    ['among members and none', { ...memberKey(named, 'ada'), sk: 'MEMO#ada' }, 'is no item of this schema'],
  ])('that is %s is refused', (_what, item, fault) => {
    expect(faultOf(item)).toContain(fault);
  });
});
