import { type KeyboardEvent, type MouseEvent, type ReactNode, useState } from 'react';
import type { Message } from '../../../client/src/index.ts';
import { hasReacted } from '../../../client/src/parts.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { elementPlace } from '../ui/open-place.ts';
import { moveFocus, stepOf } from '../ui/roving-focus.ts';
import { type ActionContext, actionsOn, IN_TOOLBAR, QUICK_EMOJI } from './message-actions.ts';

export interface ToolbarProps {
  readonly message: Message;
  readonly context: ActionContext;
  readonly isMenuOpen: boolean;
  /** Opens the menu of all actions below a button. */
  readonly onMenu: (button: Element) => void;
}

interface ToolbarButton {
  readonly label: string;
  readonly title?: string;
  readonly face: ReactNode;
  readonly state?: { readonly 'aria-pressed': boolean } | { readonly 'aria-expanded': boolean };
  readonly press: (event: MouseEvent<HTMLElement>) => void;
}

/** The most used actions on a message, and a button for all of them. It is one stop of the Tab key. */
export function MessageToolbar(props: ToolbarProps) {
  const [stop, setStop] = useState(0);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const toolbar = event.currentTarget;
    const step = stepOf(event.key, 'row', getComputedStyle(toolbar).direction === 'rtl');
    if (step === undefined) return;
    event.preventDefault();
    moveFocus([...toolbar.querySelectorAll('button')], step, 'row');
  };
  return (
    <div className="message-toolbar" role="toolbar" aria-label="Message" onKeyDown={onKeyDown}>
      {buttonsFor(props).map(({ label, title = label, face, state, press }, place) => (
        <button
          key={label}
          type="button"
          className="icon-button"
          aria-label={label}
          title={title}
          tabIndex={place === stop ? 0 : -1}
          onFocus={() => setStop(place)}
          onClick={press}
          {...state}
        >
          {face}
        </button>
      ))}
    </div>
  );
}

function buttonsFor({ message, context, isMenuOpen, onMenu }: ToolbarProps): ToolbarButton[] {
  const emoji = QUICK_EMOJI.slice(0, IN_TOOLBAR).map((face) => ({
    label: `React with ${face}`,
    face,
    state: { 'aria-pressed': hasReacted(message, face) },
    press: () => context.onReact(message, face),
  }));
  const actions = actionsOn(message, context)
    .filter(({ inToolbar }) => inToolbar)
    .map(({ label, icon: ActionIcon, run }) => ({
      label,
      face: <ActionIcon />,
      press: ({ currentTarget }: MouseEvent<HTMLElement>) =>
        run(message, context, elementPlace(currentTarget)),
    }));
  const more: ToolbarButton = {
    label: 'Message actions',
    title: 'More',
    face: <MoreIcon />,
    state: { 'aria-expanded': isMenuOpen },
    press: ({ currentTarget }) => onMenu(currentTarget),
  };
  return [...emoji, ...actions, more];
}
