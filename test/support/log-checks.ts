import type { MessageStore } from '../../backend/table/message-store.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import type { Acknowledged } from './senders.ts';

/** Checks every log in the table: it is dense, no key occurs twice, each acknowledged message exists once, unchanged. */
export async function checkLogs(
  messages: MessageStore,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  for (const groupId of new Set(acknowledged.map((message) => message.groupId))) {
    const log: LogEntry[] = [];
    for await (const page of messages.log(groupId)) log.push(...page);
    checkLog(groupId, log, acknowledged);
  }
}

function checkLog(groupId: string, log: readonly LogEntry[], acknowledged: readonly Acknowledged[]): void {
  const hole = log.findIndex((message, place) => message.seq !== place + 1);
  if (hole !== -1) throw new Error(`${groupId} has no message ${hole + 1}`);
  const byKey = new Map<string, LogEntry>();
  for (const message of log) {
    const key = `${message.user_uuid} ${message.client_key ?? message.message_uuid}`;
    const twin = byKey.get(key);
    if (twin)
      throw new Error(`${groupId} has ${message.client_key ?? ''} at ${twin.seq} and at ${message.seq}`);
    byKey.set(key, message);
  }
  for (const sent of acknowledged.filter((message) => message.groupId === groupId)) {
    const stored = byKey.get(`${sent.userId} ${sent.key}`);
    if (!stored) throw new Error(`${groupId} lost ${sent.key}, which was acknowledged`);
    if (stored.seq !== sent.seq || stored.message_uuid !== sent.uuid || stored.message !== sent.text) {
      throw new Error(`${groupId} has another message than was acknowledged for ${sent.key}`);
    }
  }
}
