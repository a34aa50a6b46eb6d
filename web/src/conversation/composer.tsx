import {
  type KeyboardEvent,
  type RefObject,
  type SubmitEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { cleanText, codePointsIn, isBlank } from '../../../schema/plain-text.ts';
import { useChat } from '../chat/use-chat.ts';
import type { AttachedFile, Quote } from '../../../client/src/index.ts';
import { type Attaching, useAttaching } from '../files/attaching.ts';
import { CloseIcon, SendIcon } from '../ui/icons.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Problem } from '../ui/problem.tsx';
import { emojiSource } from './completion/emoji-source.ts';
import { CompletionList } from './completion/completion-list.tsx';
import { type CompletionSource, useCompletion } from './completion/use-completion.ts';
import { draftOf, type EditedMessage, editOf, keepDraft, keepEdit } from './drafts.ts';
import { ReplyBar } from './reply-bar.tsx';

/** The number of characters left is shown when there are this many or fewer; where the limit is low, an eighth of it. */
const SHOWN_LEFT = 120;
const SHOWN_PART = 1 / 8;
/** How often a typing event is sent, in milliseconds. */
const TYPING_EVERY_MS = 2_500;

interface Props {
  readonly uuid: string;
  readonly name: string;
  /** The message that is being edited, if any. */
  readonly editing?: EditedMessage | undefined;
  /** The message that a new one replies to, if any. With another `since` the field takes the focus. */
  readonly replying?: { readonly original: Quote; readonly since: object } | undefined;
  /** Completes mentions. A stable value. */
  readonly mentions?: CompletionSource;
  /** When it resolves, the field is cleared. With files the text may be empty. */
  readonly onSubmit: (text: string, files?: readonly AttachedFile[]) => Promise<void>;
  readonly onCancel?: (() => void) | undefined;
  readonly onCancelReply?: () => void;
  /** Arrow up in an empty field. */
  readonly onEditLast?: () => void;
  readonly onTyping?: () => void;
}

/** The field for a message. Unsent texts are kept (see drafts.ts). */
export function Composer(props: Props) {
  const { name, editing, mentions, onCancel, onCancelReply } = props;
  const replying = editing ? undefined : props.replying;
  const attaching = useAttaching(editing ? undefined : props.uuid);
  const { text, change, error, canSend, length, send } = useText(props, attaching);
  const field = useGrowingField(text);
  const sources = useMemo(() => [emojiSource, ...(mentions ? [mentions] : [])], [mentions]);
  const completion = useCompletion({ field, text, change, sources });
  const barId = useId();
  useFocusOn(field, replying?.since);
  const cancelReply = (): void => {
    onCancelReply?.();
    field.current?.focus();
  };
  const submit = (event: SubmitEvent | KeyboardEvent): void => {
    event.preventDefault();
    // The send button is then disabled, and would lose the focus.
    void send().then(() => hasKeyboard() && field.current?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys of an input method do not arrive here (see input-method.ts).
    if (completion.takesKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && hasKeyboard()) submit(event);
    else if (event.key === 'Escape') (replying ? cancelReply : onCancel)?.();
    else if (event.key === 'ArrowUp' && text === '' && props.onEditLast) {
      // The key must not move the cursor in the new field.
      event.preventDefault();
      props.onEditLast();
    }
  };
  return (
    <form className="composer" onSubmit={submit}>
      {editing && <EditingBar onCancel={onCancel} />}
      {replying && <ReplyBar id={barId} original={replying.original} onCancel={cancelReply} />}
      <CompletionList {...completion.list} />
      <FilesToSend parts={attaching.parts} />
      <div className="composer-line">
        <AttachPlace attaching={attaching} field={field} />
        <textarea
          ref={field}
          className="composer-field"
          rows={1}
          dir="auto"
          // A user opens a conversation to write, or starts an edit.
          autoFocus={hasKeyboard() || editing !== undefined}
          aria-label={editing ? 'Edit message' : `Message to ${isolateName(name)}`}
          aria-describedby={replying && barId}
          {...completion.fieldProps}
          placeholder={editing ? '' : 'Write a message'}
          value={text}
          readOnly={attaching.isSending}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <SendButton isEdit={editing !== undefined} isDisabled={!canSend} />
      </div>
      <Room length={length} />
      <Problem error={error} />
    </form>
  );
}

function SendButton({ isEdit, isDisabled }: { readonly isEdit: boolean; readonly isDisabled: boolean }) {
  return (
    <button
      type="submit"
      className="icon-button send"
      aria-label={isEdit ? 'Save' : 'Send'}
      disabled={isDisabled}
    >
      <SendIcon />
    </button>
  );
}

function FilesToSend({ parts }: Pick<Attaching, 'parts'>) {
  return parts ? <parts.TrayView tray={parts.tray} /> : null;
}

/** The button that chooses files; until it is loaded, its space. */
function AttachPlace(props: {
  readonly attaching: Attaching;
  readonly field: RefObject<HTMLElement | null>;
}) {
  const { isPossible, parts } = props.attaching;
  if (parts) return <parts.AttachButton tray={parts.tray} field={props.field} />;
  return isPossible ? <span className="icon-button" aria-hidden="true" /> : null;
}

function EditingBar({ onCancel }: Pick<Props, 'onCancel'>) {
  return (
    <p className="composer-editing">
      Editing message
      <button type="button" className="icon-button" aria-label="Cancel editing" onClick={onCancel}>
        <CloseIcon />
      </button>
    </p>
  );
}

/** The number of characters left, when there are few, or over the limit. */
function Room({ length }: { readonly length: number }) {
  const { messageMaxChars } = useChat();
  const left = messageMaxChars - length;
  if (left > Math.min(SHOWN_LEFT, messageMaxChars * SHOWN_PART)) return null;
  return (
    <p className="composer-room" data-over={left < 0} role="status">
      {`${characters(Math.abs(left))} ${left < 0 ? 'over the limit' : 'left'}`}
    </p>
  );
}

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count.toLocaleString('en')} characters`;
}

/**
 * The text that is being written, and how it is sent. A message with files waits until they are uploaded, and is sent then even if the user
 * has gone to another conversation. Until then its text cannot be changed, and is kept as a draft. An edit leaves the files.
 */
function useText({ uuid, editing, onSubmit, onTyping }: Props, attaching: Attaching) {
  const { messageMaxChars } = useChat();
  const [text, setText] = useState(() => (editing ? textOfEdit(uuid, editing) : draftOf(uuid)));
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const sentTypingAt = useRef(-Infinity);
  const cleaned = cleanText(text);
  const length = codePointsIn(cleaned);
  const { parts, hasFiles, isSending } = attaching;
  const [wasSending, setWasSending] = useState(isSending);
  const canSend = !isBusy && !isSending && (hasFiles || !isBlank(cleaned)) && length <= messageMaxChars;
  if (wasSending !== isSending) {
    setWasSending(isSending);
    // The composer that was shown before may have sent it.
    if (!isSending) setText(draftOf(uuid));
  }

  const keep = (value: string): void => {
    setText(value);
    if (editing) keepEdit(uuid, { message: editing, text: value });
    else keepDraft(uuid, value);
  };
  const change = (value: string): void => {
    keep(value);
    const isTyping = !editing && !isBlank(value);
    if (!isTyping || performance.now() - sentTypingAt.current < TYPING_EVERY_MS) return;
    sentTypingAt.current = performance.now();
    onTyping?.();
  };
  const send = async (): Promise<void> => {
    if (!canSend) return;
    setError(undefined);
    setIsBusy(true);
    try {
      if (parts && hasFiles)
        await parts.tray.send(async (sent) => {
          // The user may have removed all files meanwhile.
          if (sent.length > 0 || !isBlank(cleaned)) await onSubmit(cleaned, sent);
          keepDraft(uuid, '');
        });
      else await onSubmit(cleaned);
      setText('');
      if (!editing) keepDraft(uuid, '');
      sentTypingAt.current = -Infinity;
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return { text, change, error, canSend, length, send };
}

/** The kept text of an edit, or the message's own text. */
function textOfEdit(uuid: string, message: EditedMessage): string {
  const kept = editOf(uuid);
  return kept?.message.uuid === message.uuid ? kept.text : (message.message ?? '');
}

/** Whether Enter sends: on a screen keyboard it begins a new line. */
function hasKeyboard(): boolean {
  return window.matchMedia('(hover: hover)').matches;
}

/** Gives a field the focus when a value changes, but not for the first one. */
function useFocusOn(field: RefObject<HTMLElement | null>, value: object | undefined): void {
  const seen = useRef(value);
  useEffect(() => {
    if (value && value !== seen.current) field.current?.focus();
    seen.current = value;
  }, [field, value]);
}

/** Makes a field as high as its text, up to the limit in the style sheet. */
function useGrowingField(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  // The cursor goes to the end of the text.
  useLayoutEffect(() => {
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
  }, []);
  useLayoutEffect(() => {
    if (!field.current) return;
    field.current.style.height = 'auto';
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [text]);
  return field;
}
