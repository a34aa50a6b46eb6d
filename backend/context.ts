import { ulid } from 'ulid';
import { MessageLog } from './domain/message-log.ts';
import { Names } from './domain/names.ts';
import type { Clock, IdSource } from './sources.ts';
import { GroupStore } from './table/group-store.ts';
import { MemberStore } from './table/member-store.ts';
import { MessageStore } from './table/message-store.ts';
import { NameStore } from './table/name-store.ts';
import { ProfileStore } from './table/profile-store.ts';
import type { Table } from './table/table.ts';

/** What the use cases stand on. One for a process: it holds the tails of logs and the names that were read lately. */
export interface Context {
  readonly table: Table;
  readonly groups: GroupStore;
  readonly members: MemberStore;
  readonly messages: MessageStore;
  readonly profiles: ProfileStore;
  readonly log: MessageLog;
  readonly names: Names;
  readonly clock: Clock;
  readonly newId: IdSource;
}

export interface ContextOptions {
  readonly table: Table;
  readonly clock?: Clock;
  readonly newId?: IdSource;
}

export function createContext({ table, clock = () => new Date(), newId = ulid }: ContextOptions): Context {
  const messages = new MessageStore(table);
  return {
    table,
    groups: new GroupStore(table),
    members: new MemberStore(table),
    messages,
    profiles: new ProfileStore(table),
    log: new MessageLog({ messages, clock, newId }),
    names: new Names(new NameStore(table)),
    clock,
    newId,
  };
}
