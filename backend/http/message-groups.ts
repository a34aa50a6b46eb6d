import { Router } from 'express';
import * as z from 'zod';
import type { Context } from '../context.ts';
import { listInbox } from '../domain/list-inbox.ts';
import { markRead } from '../domain/mark-read.ts';
import { readGroup } from '../domain/read-group.ts';
import type { Guards } from './authenticate.ts';
import { readJson } from './body.ts';
import { cursorParameter, groupIdIn, limitParameter, parseBody, parseQuery, seqField } from './fields.ts';
import { linkPages } from './paging.ts';
import { presentGroupView, presentMessageGroup, presentReadMark } from './present.ts';

const inboxQuery = z.strictObject({
  limit: limitParameter(20),
  cursor: cursorParameter,
});

const readBody = z.strictObject({
  /** The newest message that was read; one beyond the end marks up to the end. */
  seq: seqField('seq'),
});

export function messageGroupRoutes(context: Context, guards: Guards): Router {
  const router = Router();

  router.get(
    '/message_groups',
    guards.person(async (caller, request, response) => {
      const { limit, cursor } = parseQuery(inboxQuery, request.query);
      const { rows, names, nextCursor } = await listInbox(context, caller.userId, { limit, cursor });
      linkPages(request, response, {
        next: nextCursor === undefined ? undefined : { limit, cursor: nextCursor },
      });
      response.json(rows.map((row) => presentMessageGroup(row, names)));
    }),
  );

  router.get(
    '/message_groups/:uuid',
    guards.person<{ uuid: string }>(async (caller, request, response) => {
      const view = await readGroup(context, groupIdIn(request.params.uuid), caller.userId);
      response.json(presentGroupView(view));
    }),
  );

  router.put(
    '/message_groups/:uuid/read',
    guards.person<{ uuid: string }>(async (caller, request, response) => {
      const groupId = groupIdIn(request.params.uuid);
      const { seq } = parseBody(readBody, await readJson(request, response));
      response.json(presentReadMark(await markRead(context, groupId, caller.userId, seq)));
    }),
  );

  return router;
}
