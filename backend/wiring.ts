import { ATTACHMENT_LIMITS, type AttachmentLimits } from './attachment-config.ts';
import type { Dependencies } from './domain/dependencies.ts';
import { readReactionsAt } from './domain/annotations.ts';
import { readGroupAsOf } from './domain/group-as-of.ts';
import { GroupData } from './domain/group-data.ts';
import { GroupSummaries } from './domain/group-summaries.ts';
import { MessageLog } from './domain/message-log.ts';
import { Names } from './domain/names.ts';
import type { Events } from './events/changes.ts';
import { EventHub } from './events/event-hub.ts';
import { inProcessLiveEvents, type LiveEvents } from './events/in-process-live-events.ts';
import type { FileStore } from './files/file-store.ts';
import { createLogger, type Logger } from './logger.ts';
import { NO_OBSERVER, type Observer } from './observer.ts';
import { runOutsideScope } from './request-scope.ts';
import type { PresentEvent } from './events/user-streams.ts';
import { eventPresenter } from './presentation/event.ts';
import { type Clock, type IdSource, newId as newUlid, type Timer } from './sources.ts';
import { NO_ENCRYPTION, type TextEncryption } from './table/encryption/text-encryption.ts';
import { BlockStore } from './table/block-store.ts';
import { ChangeStore } from './table/change-store.ts';
import { GroupDataStore } from './table/group-data-store.ts';
import { GroupStore } from './table/group-store.ts';
import { InviteStore } from './table/invite-store.ts';
import { ListingStore } from './table/listing-store.ts';
import { MemberStore } from './table/member-store.ts';
import { MentionStore } from './table/mention-store.ts';
import { MessageCodec } from './table/message-codec.ts';
import { MessageStore } from './table/message-store.ts';
import { PinStore } from './table/pin-store.ts';
import { ProfileStore } from './table/profile-store.ts';
import { ReactionStore } from './table/reaction-store.ts';
import { RevisionStore } from './table/revision-store.ts';
import { SettingsStore } from './table/settings-store.ts';
import type { Table } from './table/table.ts';
import { UploadStore } from './table/upload-store.ts';
import { MAX_MEMBERS } from '../schema/items.ts';
import { MESSAGE_MAX_CHARS } from '../schema/plain-text.ts';

/** Everything that one process has once: the dependencies of the use cases, and what only the HTTP side needs. */
export interface Wiring extends Dependencies {
  readonly table: Table;
  readonly events: Events;
  /** The event streams that are open on this process. */
  readonly streams: EventHub;
  /** Code points of a message's text at most: MESSAGE_MAX_CHARS, or as configured, up to HIGHEST_MESSAGE_MAX_CHARS. */
  readonly messageMaxChars: number;
  readonly observer: Observer;
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
  /** Code points of a message's text at most. Default: MESSAGE_MAX_CHARS. */
  readonly messageMaxChars?: number;
  /** Default: messages cannot have files. */
  readonly fileStore?: FileStore | undefined;
  /** Default: ATTACHMENT_LIMITS. */
  readonly attachmentLimits?: AttachmentLimits;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Default: nothing is observed. */
  readonly observer?: Observer;
}

/** Builds everything that a process needs on top of one table. It opens nothing and starts nothing. */
export function wire(options: WiringOptions): Wiring {
  const { table, clock = () => new Date(), newId = newUlid, live = inProcessLiveEvents() } = options;
  const { logger = createLogger('silent'), encryption = NO_ENCRYPTION, timer = performance } = options;
  const { maxGroupMembers = MAX_MEMBERS, messageMaxChars = MESSAGE_MAX_CHARS } = options;
  const { observer = NO_OBSERVER, fileStore, attachmentLimits = ATTACHMENT_LIMITS } = options;
  const { recorder } = observer;
  const codec = new MessageCodec(encryption);
  const stores = openStores(table, codec);
  const { groups, members, messages, reactions, pins, changes, mentions, blocks, profiles } = stores;
  const groupData = new GroupData(stores.groupDataStore);
  const names = new Names(profiles, timer);
  const streams = new EventHub({
    subscriptions: live.events,
    readers: {
      members,
      groups: { readAsOf: (groupId, seq) => readGroupAsOf({ groups, messages }, groupId, seq) },
      messages,
      reactions: { readAt: (groupId, seqs) => readReactionsAt({ messages, reactions }, groupId, seqs) },
      pins,
      changes,
    },
    present: observedPresenter(
      eventPresenter({ names, codec, changes, mentions, messages, groupData }),
      observer,
    ),
    logger,
  });
  observer.recorder.gauge('openStreams', () => streams.openCount);
  return {
    table,
    ...stores,
    groupData,
    codec,
    log: new MessageLog({ groups, members, messages, changes, blocks, clock, newId, logger, recorder }),
    names,
    summaries: new GroupSummaries(groups, timer),
    ...live,
    events: observedEvents(live.events, observer),
    streams,
    observer,
    clock,
    newId,
    fileStore,
    attachmentLimits,
    maxGroupMembers,
    messageMaxChars,
  };
}

/** The stores of the table. */
function openStores(table: Table, codec: MessageCodec) {
  const messages = new MessageStore(table, codec);
  return {
    groups: new GroupStore(table, codec),
    groupDataStore: new GroupDataStore(table, codec),
    listings: new ListingStore(table),
    members: new MemberStore(table),
    settings: new SettingsStore(table),
    invites: new InviteStore(table),
    messages,
    revisions: new RevisionStore(table, codec, messages),
    reactions: new ReactionStore(table),
    pins: new PinStore(table),
    changes: new ChangeStore(table),
    mentions: new MentionStore(table),
    blocks: new BlockStore(table),
    profiles: new ProfileStore(table),
    uploads: new UploadStore(table, codec),
  };
}

/** Follows each message that is published. Its delivery to other users is no part of the request that wrote it. */
function observedEvents(events: Events, observer: Observer): Events {
  if (observer === NO_OBSERVER) return events;
  return {
    publish: (change) => {
      if (change.kind === 'message') observer.follow('published', change.message);
      return runOutsideScope(() => events.publish(change));
    },
    subscribe: (channel, listener) => events.subscribe(channel, listener),
    close: () => events.close(),
  };
}

/** Follows each message that is about to be written to event streams: once, whatever the number of these. */
function observedPresenter(present: PresentEvent, observer: Observer): PresentEvent {
  if (observer === NO_OBSERVER) return present;
  return async (event, viewerId) => {
    const text = await present(event, viewerId);
    if (event.kind === 'message') observer.follow('delivered', event.message);
    return text;
  };
}
