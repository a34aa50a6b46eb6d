import { ulid } from 'ulid';
import type { Dependencies } from './domain/dependencies.ts';
import { readGroupAsOf } from './domain/group-as-of.ts';
import { GroupSummaries } from './domain/group-summaries.ts';
import { MessageLog } from './domain/message-log.ts';
import { Names } from './domain/names.ts';
import type { Events } from './events/changes.ts';
import { EventHub } from './events/event-hub.ts';
import { inProcessLiveEvents, type LiveEvents } from './events/in-process-live-events.ts';
import { createLogger, type Logger } from './logger.ts';
import { eventPresenter } from './presentation/event.ts';
import type { Clock, IdSource, Timer } from './sources.ts';
import { NO_ENCRYPTION, type TextEncryption } from './table/encryption/text-encryption.ts';
import { ChangeStore } from './table/change-store.ts';
import { GroupStore } from './table/group-store.ts';
import { InviteStore } from './table/invite-store.ts';
import { MemberStore } from './table/member-store.ts';
import { MessageCodec } from './table/message-codec.ts';
import { MessageStore } from './table/message-store.ts';
import { ProfileStore } from './table/profile-store.ts';
import { RevisionStore } from './table/revision-store.ts';
import type { Table } from './table/table.ts';
import { MAX_MEMBERS } from '../schema/items.ts';

/** Everything that one process has once: the dependencies of the use cases, and what only the HTTP side needs. */
export interface Wiring extends Dependencies {
  readonly table: Table;
  readonly events: Events;
  /** The event streams that are open on this process. */
  readonly streams: EventHub;
}

export interface WiringOptions {
  readonly table: Table;
  readonly clock?: Clock;
  /** Default: this process's own. */
  readonly timer?: Timer;
  readonly newId?: IdSource;
  /** Default: texts are stored as they are. */
  readonly encryption?: TextEncryption;
  /** Default: live events of this process alone. */
  readonly live?: LiveEvents;
  /** The most members of a group. Default: MAX_MEMBERS. */
  readonly maxGroupMembers?: number;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
}

/** Builds everything that a process needs on top of one table. It opens nothing and starts nothing. */
export function wire(options: WiringOptions): Wiring {
  const { table, clock = () => new Date(), newId = ulid, live = inProcessLiveEvents() } = options;
  const { logger = createLogger('silent'), encryption = NO_ENCRYPTION, timer = performance } = options;
  const { maxGroupMembers = MAX_MEMBERS } = options;
  const codec = new MessageCodec(encryption);
  const groups = new GroupStore(table, codec);
  const members = new MemberStore(table);
  const messages = new MessageStore(table, codec);
  const changes = new ChangeStore(table);
  const profiles = new ProfileStore(table);
  const names = new Names(profiles, timer);
  return {
    table,
    groups,
    members,
    invites: new InviteStore(table),
    messages,
    revisions: new RevisionStore(table, codec, messages),
    changes,
    profiles,
    codec,
    log: new MessageLog({ groups, members, messages, changes, clock, newId, logger }),
    names,
    summaries: new GroupSummaries(groups, timer),
    ...live,
    streams: new EventHub({
      subscriptions: live.events,
      readers: {
        members,
        groups: { readAsOf: (groupId, seq) => readGroupAsOf({ groups, messages }, groupId, seq) },
        messages,
        changes,
      },
      present: eventPresenter({ names, codec, changes }),
      logger,
    }),
    clock,
    newId,
    maxGroupMembers,
  };
}
