import { ulid } from 'ulid';
import type { Events } from './events/changes.ts';
import { EventHub } from './events/event-hub.ts';
import { inProcessLive, type LiveParts } from './events/open-events.ts';
import type { ShortMemory } from './events/short-memory.ts';
import { createLogger, type Logger } from './logger.ts';
import { MessageLog } from './domain/message-log.ts';
import { Names } from './domain/names.ts';
import { eventPresenter } from './presentation/event.ts';
import type { Clock, IdSource } from './sources.ts';
import { GroupStore } from './table/group-store.ts';
import { MemberStore } from './table/member-store.ts';
import { MessageStore } from './table/message-store.ts';
import { NameStore } from './table/name-store.ts';
import { ProfileStore } from './table/profile-store.ts';
import type { Table } from './table/table.ts';
import { PLAIN_TEXTS, type Texts } from './texts/texts.ts';

/** What the use cases stand on. One for a process: it holds the tails of logs and the names that were read lately. */
export interface Context {
  readonly table: Table;
  readonly groups: GroupStore;
  readonly members: MemberStore;
  readonly messages: MessageStore;
  readonly profiles: ProfileStore;
  readonly log: MessageLog;
  readonly names: Names;
  /** Seals what is stored, and opens what is shown. */
  readonly texts: Texts;
  /** Where changes are published. */
  readonly events: Events;
  /** The event streams that are open on this process. */
  readonly streams: EventHub;
  readonly memory: ShortMemory;
  readonly clock: Clock;
  readonly newId: IdSource;
}

export interface ContextOptions {
  readonly table: Table;
  readonly clock?: Clock;
  readonly newId?: IdSource;
  /** Default: they are stored as they are. */
  readonly texts?: Texts;
  /** Default: live events of this process alone. */
  readonly live?: LiveParts;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
}

export function createContext(options: ContextOptions): Context {
  const { table, clock = () => new Date(), newId = ulid, live = inProcessLive() } = options;
  const { logger = createLogger('silent'), texts = PLAIN_TEXTS } = options;
  const messages = new MessageStore(table);
  const names = new Names(new NameStore(table));
  return {
    table,
    groups: new GroupStore(table),
    members: new MemberStore(table),
    messages,
    profiles: new ProfileStore(table),
    log: new MessageLog({ messages, texts, clock, newId }),
    names,
    texts,
    ...live,
    streams: new EventHub({ subscriptions: live.events, present: eventPresenter(names, texts), logger }),
    clock,
    newId,
  };
}
