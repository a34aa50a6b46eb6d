import type { SummaryStores } from '../../backend/domain/update-summaries.ts';
import { ChangeStore } from '../../backend/table/change-store.ts';
import { GroupStore } from '../../backend/table/group-store.ts';
import { MemberStore } from '../../backend/table/member-store.ts';
import { MentionStore } from '../../backend/table/mention-store.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import { MessageStore } from '../../backend/table/message-store.ts';
import { PinStore } from '../../backend/table/pin-store.ts';
import { ReactionStore } from '../../backend/table/reaction-store.ts';
import type { Table } from '../../backend/table/table.ts';

/** Opens what the stream's handler reads and writes. It has no key: texts stay as they are stored. */
export function streamStores(table: Table): SummaryStores {
  return {
    members: new MemberStore(table),
    groups: new GroupStore(table, opaqueTexts()),
    messages: new MessageStore(table, opaqueTexts()),
    reactions: new ReactionStore(table),
    pins: new PinStore(table),
    mentions: new MentionStore(table),
    changes: new ChangeStore(table),
    clock: () => new Date(),
  };
}
