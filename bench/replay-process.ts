import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from './calls.ts';

/*
 * Stands in for the engine where only the other side's CPU time is of interest: a request that succeeded before gets the
 * same response again. All puts count as one request, and all updates of one item.
 */

const HOST = '127.0.0.1';

const commands = {
  /** @param endpoint of the engine that is asked the first time. */
  start: async (endpoint: string): Promise<string> => {
    const recorded = new Map<string, string>();
    const server = createServer((incoming, response) => {
      void textOf(incoming).then(async (body) => {
        const target = String(incoming.headers['x-amz-target']);
        const key = `${target} ${placeOf(target, body)}`;
        const known = recorded.get(key);
        if (known !== undefined) return response.end(known);
        const { status, text } = await forward(endpoint, incoming, body);
        if (status === 200) recorded.set(key, text);
        return response.writeHead(status).end(text);
      });
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    return `http://${HOST}:${(server.address() as AddressInfo).port}`;
  },
};

/** The commands that the replaying process accepts. */
export type ReplayCommands = typeof commands;

answerCalls(commands);

/** What distinguishes requests of one operation: the whole body; of a put nothing, of an update its key. */
function placeOf(target: string, body: string): string {
  if (target.endsWith('.PutItem')) return '';
  if (target.endsWith('.UpdateItem')) return JSON.stringify((JSON.parse(body) as { Key: unknown }).Key);
  return body;
}

async function forward(
  endpoint: string,
  { headers }: IncomingMessage,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const { 'x-amz-target': target, 'x-amz-date': date, authorization } = headers;
  const own = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-date': String(date) };
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { ...own, 'x-amz-target': String(target), authorization: authorization ?? '' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
