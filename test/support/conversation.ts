import { afterAll, beforeAll } from '@jest/globals';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { type TestApi, useTestApi } from './api.ts';
import type { Caller } from './caller.ts';
import { startSummaries, type Summaries } from './pump.ts';

/** Opens an API for the tests of a file, whose stream keeps the summaries and publishes events. */
export function useStreamingApi(): ReturnType<typeof useTestApi> {
  const api = useTestApi({ stream: true });
  let summaries: Summaries | undefined;
  beforeAll(async () => {
    summaries = await startSummaries(api().db, { events: api().context.events });
  });
  afterAll(() => summaries?.stop());
  return api;
}

/** Two users in a conversation. */
export interface Conversation {
  /** Wrote its texts; owns it if it is a named group. */
  readonly author: Caller;
  readonly reader: Caller;
  readonly groupId: string;
  readonly texts: readonly MessageAnswer[];
}

/** Starts a conversation with these texts: a direct one needs one. */
export async function startConversation(
  api: TestApi,
  kind: 'direct' | 'named',
  messages: readonly string[],
): Promise<Conversation> {
  const [author, reader] = [await api.person(), await api.person()];
  const group = kind === 'named' ? await author.createGroup('Group', [reader.handle]) : undefined;
  const to = group ? { message_group_uuid: group.uuid } : { handle: reader.handle };
  const texts: MessageAnswer[] = [];
  for (const message of messages) texts.push(await author.send({ ...to, message }));
  return { author, reader, groupId: group?.uuid ?? texts[0]?.message_group_uuid ?? '', texts };
}
