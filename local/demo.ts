import { type RequestHandler, Router } from 'express';
import { screensPolicy, sendPage, type WebFilesOptions } from '../backend/http/web-files.ts';

/** The path of the demo. */
export const DEMO_PATH = '/demo';

const PAGE = 'demo.html';
const OWN = /^\/demo\/?$/;
const SIDES = /^\/demo\/(?:left|right)(?:\/|$)/;

/**
 * Serves the demo: a page with two frames, each with the screens of another user. Its pages are the only ones that may frame, and be
 * framed, by nothing but each other. It needs the development sign-in, so only a local run has it.
 */
export function demo(options: WebFilesOptions): Router {
  const router = Router();
  const page = (framing: Parameters<typeof screensPolicy>[1]): RequestHandler[] => [
    screensPolicy(options, framing),
    sendPage(options.directory, { page: PAGE, status: 200 }),
  ];
  router.get(OWN, page({ frameSrc: ["'self'"] }));
  router.get(SIDES, page({ frameAncestors: ["'self'"] }));
  return router;
}
