import { type FocusEvent, memo, type PointerEvent, useRef, useState } from 'react';
import { hueOf } from '../ui/initials.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import type { TextMessage } from '../../../client/src/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { loadedLater } from '../ui/loaded-later.ts';
import { Name } from '../ui/name.tsx';
import { onDemand } from '../ui/on-demand.tsx';
import type { Sentence } from '../ui/sentence.ts';
import { SentenceView } from '../ui/sentence-view.tsx';
import { exactTime } from '../ui/times.ts';
import { BubbleBody } from './bubble-body.tsx';
import type { ActionContext } from './message-actions.ts';
import type { ToolbarProps } from './message-toolbar.tsx';
import { Reactions } from './reactions.tsx';
import type { BubblePosition } from './rows.ts';
import { useMessageMenu } from './use-message-menu.ts';

const loadControls = () => import('./message-controls.ts');
const MessageMenu = onDemand(loadControls);
const useControls = loadedLater(loadControls);

export interface BubbleProps extends BubblePosition {
  readonly message: TextMessage;
  readonly context: ActionContext;
  /** Whether the author's name is shown above: in a group, once for a run. */
  readonly showsName: boolean;
  /** Whether the author's face is shown beside it: once for a run. */
  readonly showsFace: boolean;
  /** Whether the Tab key leads to this message: to one of the list. */
  readonly isTabStop: boolean;
  /** Below the bubble: who has seen it. */
  readonly seen: Sentence | undefined;
}

/** One message. */
export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, context, own, first, last, showsName, showsFace, isTabStop, seen } = props;
  const mentionsMe = !own && isMentioned(context.me, message);
  const row = useRef<HTMLElement>(null);
  const menu = useMessageMenu();
  const attention = useAttended();
  const hasActions = message.deleted_at === null;
  return (
    <>
      <article
        ref={row}
        className="bubble-row"
        data-own={own}
        data-first={first}
        data-last={last}
        data-seq={message.seq}
        data-mentions-me={mentionsMe}
        aria-label={labelOf(message, own, mentionsMe)}
        // Takes the focus when something in it is removed, too.
        tabIndex={isTabStop ? 0 : -1}
        {...attention.handlers}
        {...(hasActions && menu.handlers)}
      >
        {showsName && <Author of={message} />}
        <div className="bubble-line">
          {showsFace && <Avatar of={message} />}
          <BubbleBody message={message} context={context} isTabStop={isTabStop} showsTime={last} />
          {hasActions && <MoreButton isOpen={menu.isOpen} onPress={menu.openBelow} />}
          {hasActions && (attention.isAttended || menu.isOpen) && (
            <Toolbar message={message} context={context} isMenuOpen={menu.isOpen} onMenu={menu.openBelow} />
          )}
        </div>
        {message.reactions !== undefined && message.reactions.length > 0 && (
          <Reactions message={message} context={context} isTabStop={attention.isFocused} />
        )}
        <SeenNote words={seen} />
      </article>
      {menu.place && hasActions && (
        <MessageMenu
          message={message}
          context={context}
          place={menu.place}
          finalFocus={row}
          onOpenChange={menu.onOpenChange}
          onClose={() => menu.onOpenChange(false)}
        />
      )}
    </>
  );
});

function Author({ of: { display_name } }: { readonly of: TextMessage }) {
  return (
    <p className={`bubble-author ${hueOf(display_name)}`}>
      <Name>{display_name}</Name>
    </p>
  );
}

function SeenNote({ words }: { readonly words: Sentence | undefined }) {
  if (words === undefined) return null;
  return (
    <p className="bubble-note">
      <SentenceView words={words} />
    </p>
  );
}

function labelOf(message: TextMessage, own: boolean, mentionsMe: boolean): string {
  const author = own ? 'You' : isolateName(message.display_name);
  return `${author}, ${exactTime(message.created_at)}${mentionsMe ? ', mentions you' : ''}`;
}

function isMentioned(me: string, { mentions, mentions_all }: TextMessage): boolean {
  return mentions_all || mentions.some(({ user_uuid }) => user_uuid === me);
}

/** The toolbar, once its code is loaded. */
function Toolbar(props: ToolbarProps) {
  const controls = useControls();
  return controls ? <controls.MessageToolbar {...props} /> : null;
}

/** Opens the menu where no pointer can hover, next to the bubble. */
function MoreButton(props: { readonly isOpen: boolean; readonly onPress: (button: Element) => void }) {
  return (
    <button
      type="button"
      className="icon-button bubble-more"
      aria-label="Message actions"
      aria-haspopup="menu"
      aria-expanded={props.isOpen}
      onClick={(event) => props.onPress(event.currentTarget)}
    >
      <MoreIcon />
    </button>
  );
}

/** Whether the pointer is over an element, or the keyboard's focus is in it. */
function useAttended() {
  const [isHovered, setIsHovered] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  return {
    isAttended: isHovered || isFocused,
    isFocused,
    handlers: {
      onPointerEnter: ({ pointerType }: PointerEvent) => setIsHovered(pointerType === 'mouse'),
      onPointerLeave: () => setIsHovered(false),
      onFocus: ({ target }: FocusEvent) => {
        if (target.matches(':focus-visible')) setIsFocused(true);
      },
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) setIsFocused(false);
      },
    },
  };
}
