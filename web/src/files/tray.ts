import { ApiError, type AttachedFile, codeOf, type Http, Subject } from '../../../client/src/index.ts';
import { fileCalls } from '../api/file-calls.ts';
import type { Chat } from '../chat/chat.ts';
import type { AttachmentLimits } from '../session/settings.ts';
import { type ChosenFile, chosenFile, mayShrink, refusalOf } from './new-file.ts';
import { postForm } from './post-form.ts';
import { prepareFile, type PreparedFile } from './shrink.ts';

/** A file that is to be sent with the next message. */
export interface TrayFile extends ChosenFile {
  /** Identifies it in the tray. */
  readonly key: number;
  readonly state: 'uploading' | 'failed' | 'uploaded';
  /** The part that is uploaded, from 0 to 1. */
  readonly progress: number;
  readonly preview?: ImageBitmap | undefined;
  /** Why it failed: an error code. */
  readonly problem?: string;
  /** As a message names it, once it is uploaded. */
  readonly uploaded?: AttachedFile;
}

export interface TrayState {
  readonly files: readonly TrayFile[];
  /** Why files were not added, as sentences. */
  readonly refusals: readonly string[];
  /** Whether a message waits for them. */
  readonly isSending: boolean;
}

/** What an upload needs, apart from what the tray shows. */
interface Job {
  readonly file: File;
  readonly abort: AbortController;
  prepared?: PreparedFile;
  /** Resolves when the last attempt has ended, in whatever way. */
  ended: Promise<void>;
}

/**
 * The files for the next message of a conversation. They are uploaded as soon as they are added, and stay until they are sent
 * or removed: also while the user is in another conversation, or offline. They end with the page.
 */
export class Tray {
  readonly state = new Subject<TrayState>({ files: [], refusals: [], isSending: false });
  readonly limits: AttachmentLimits;
  readonly #calls: ReturnType<typeof fileCalls>;
  readonly #post: typeof postForm;
  readonly #jobs = new Map<number, Job>();
  #lastKey = 0;

  constructor(parts: {
    readonly http: Http;
    readonly limits: AttachmentLimits;
    /** Default: postForm. */
    readonly post?: typeof postForm;
  }) {
    this.#calls = fileCalls(parts.http);
    this.#post = parts.post ?? postForm;
    this.limits = parts.limits;
  }

  /** Adds files, and uploads them. What cannot be sent is not added: `refusals` says why. */
  add(chosen: readonly File[]): void {
    const refusals: string[] = [];
    let left = this.limits.max_count - this.state.get().files.length;
    let tooMany = 0;
    for (const file of chosen) {
      const named = chosenFile(file);
      // A picture may be small enough once it has been made smaller.
      const refusal = refusalOf(
        mayShrink(named) ? { ...named, size: Math.min(named.size, 1) } : named,
        this.limits,
      );
      if (refusal !== undefined) refusals.push(refusal);
      else if (left === 0) tooMany += 1;
      else {
        left -= 1;
        this.#begin(file, named);
      }
    }
    if (tooMany > 0) refusals.push(tooManyWords(tooMany, this.limits));
    this.#set({ refusals });
  }

  /** Removes a file, and ends its upload. */
  remove(key: number): void {
    this.#jobs.get(key)?.abort.abort();
    this.#jobs.delete(key);
    this.#set({ files: this.state.get().files.filter((file) => file.key !== key), refusals: [] });
  }

  /** Uploads a file again that could not be uploaded. */
  retry(key: number): void {
    const job = this.#jobs.get(key);
    if (!job || this.#find(key)?.state !== 'failed') return;
    this.#change(key, { state: 'uploading', progress: 0 });
    job.ended = this.#upload(key, job);
  }

  /** Uploads again what could not be uploaded for want of a connection. */
  resume(): void {
    for (const { key, problem } of this.state.get().files) if (problem === 'unreachable') this.retry(key);
  }

  /**
   * Waits for the uploads, sends, and then empties the tray.
   * @param submit sends the files that are there when all are uploaded: the user may remove some meanwhile.
   * @throws ApiError `files_failed` if some are not uploaded; what `submit` throws. Then the files stay.
   */
  async send(submit: (files: readonly AttachedFile[]) => Promise<void>): Promise<void> {
    if (this.state.get().isSending) return;
    this.#set({ isSending: true });
    try {
      while (this.state.get().files.some(({ state }) => state === 'uploading'))
        await Promise.all([...this.#jobs.values()].map(({ ended }) => ended));
      const { files } = this.state.get();
      const uploaded = files.flatMap((file) => file.uploaded ?? []);
      if (uploaded.length < files.length) throw new ApiError(0, ['files_failed']);
      await submit(uploaded);
      this.#jobs.clear();
      this.#set({ files: [], refusals: [] });
    } finally {
      this.#set({ isSending: false });
    }
  }

  #begin(file: File, named: ChosenFile): void {
    this.#lastKey += 1;
    const key = this.#lastKey;
    const job: Job = { file, abort: new AbortController(), ended: Promise.resolve() };
    this.#jobs.set(key, job);
    const added: TrayFile = { ...named, key, state: 'uploading', progress: 0 };
    this.#set({ files: [...this.state.get().files, added] });
    job.ended = this.#upload(key, job);
  }

  /** Each attempt has an upload of its own: the earlier form may have expired. */
  async #upload(key: number, job: Job): Promise<void> {
    const { signal } = job.abort;
    const entry = this.#find(key);
    if (!entry) return;
    try {
      const prepared = (job.prepared ??= await prepareFile(job.file, entry));
      const { content, preview, width, height } = prepared;
      const file = { name: entry.name, type: entry.type, size: content.size };
      const refusal = refusalOf(file, this.limits);
      if (refusal !== undefined && !signal.aborted) {
        this.remove(key);
        this.#set({ refusals: [refusal] });
        return;
      }
      this.#change(key, { size: file.size, preview });
      const measured = { ...file, ...(width !== undefined && height !== undefined && { width, height }) };
      const { id, name, upload } = await this.#calls.createUpload(measured);
      await this.#post(upload, content, {
        signal,
        onProgress: (progress) => this.#change(key, { progress }),
      });
      this.#change(key, { state: 'uploaded', uploaded: { ...measured, id, name } });
    } catch (error) {
      this.#change(key, { state: 'failed', problem: codeOf(error) });
    }
  }

  #find(key: number): TrayFile | undefined {
    return this.state.get().files.find((file) => file.key === key);
  }

  /** A file that was removed meanwhile stays removed. */
  #change(key: number, change: Partial<TrayFile>): void {
    this.#set({
      files: this.state.get().files.map((file) => (file.key === key ? { ...file, ...change } : file)),
    });
  }

  #set(change: Partial<TrayState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

function tooManyWords(count: number, { max_count }: AttachmentLimits): string {
  const files = count === 1 ? '1 file was' : `${count} files were`;
  return `A message can have up to ${max_count} files: ${files} not added.`;
}

const trays = new WeakMap<Chat, Map<string, Tray>>();

/** The tray of a conversation. Each session has its own. */
export function trayOf(chat: Chat, limits: AttachmentLimits, uuid: string): Tray {
  const ofChat = trays.get(chat) ?? new Map<string, Tray>();
  trays.set(chat, ofChat);
  const tray = ofChat.get(uuid) ?? new Tray({ http: chat.http, limits });
  ofChat.set(uuid, tray);
  return tray;
}
