import type { AttachmentLimits } from '../attachment-config.ts';
import type { Publisher } from '../events/changes.ts';
import type { ExpiringStore } from '../events/expiring-store.ts';
import type { FileStore } from '../files/file-store.ts';
import type { Clock, IdSource } from '../sources.ts';
import type { BlockStore } from '../table/block-store.ts';
import type { ChangeStore } from '../table/change-store.ts';
import type { GroupDataStore } from '../table/group-data-store.ts';
import type { GroupStore } from '../table/group-store.ts';
import type { InviteStore } from '../table/invite-store.ts';
import type { ListingStore } from '../table/listing-store.ts';
import type { MemberStore } from '../table/member-store.ts';
import type { MentionStore } from '../table/mention-store.ts';
import type { MessageCodec } from '../table/message-codec.ts';
import type { MessageStore } from '../table/message-store.ts';
import type { PinStore } from '../table/pin-store.ts';
import type { ProfileStore } from '../table/profile-store.ts';
import type { ReactionStore } from '../table/reaction-store.ts';
import type { RevisionStore } from '../table/revision-store.ts';
import type { SettingsStore } from '../table/settings-store.ts';
import type { UploadStore } from '../table/upload-store.ts';
import type { GroupData } from './group-data.ts';
import type { GroupSummaries } from './group-summaries.ts';
import type { MessageLog } from './message-log.ts';
import type { Names } from './names.ts';

/**
 * What the use cases depend on. There is one for a process, which `wiring.ts` builds; a use case takes the part that it
 * needs: `Pick<Dependencies, 'members' | 'log'>`.
 */
export interface Dependencies {
  readonly groups: GroupStore;
  readonly groupDataStore: GroupDataStore;
  readonly listings: ListingStore;
  readonly members: MemberStore;
  readonly settings: SettingsStore;
  readonly invites: InviteStore;
  readonly messages: MessageStore;
  readonly revisions: RevisionStore;
  readonly reactions: ReactionStore;
  readonly pins: PinStore;
  readonly changes: ChangeStore;
  readonly mentions: MentionStore;
  readonly blocks: BlockStore;
  readonly profiles: ProfileStore;
  readonly uploads: UploadStore;
  /** Undefined: messages cannot have files. */
  readonly fileStore: FileStore | undefined;
  readonly attachmentLimits: AttachmentLimits;
  /** The stored form of messages, for events. */
  readonly codec: MessageCodec;
  /** Holds the tails of logs that this process saw. */
  readonly log: MessageLog;
  /** Holds the names that were read lately. */
  readonly names: Names;
  /** Holds the METAs of named groups that lists read in the last second. */
  readonly summaries: GroupSummaries;
  /** Holds own data of groups that was read or written lately. */
  readonly groupData: GroupData;
  /** Where changes are published. */
  readonly events: Publisher;
  readonly expiringStore: ExpiringStore;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** The most members of a group: 2 to MAX_MEMBERS. */
  readonly maxGroupMembers: number;
}
