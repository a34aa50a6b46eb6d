import { type KeyboardEvent, useState } from 'react';
import type { Message } from '../api/shapes.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { moveFocus, stepOf } from '../ui/roving-focus.ts';
import { actionsOn, type ActionContext } from './message-actions.ts';

interface Props {
  readonly message: Message;
  readonly context: ActionContext;
  readonly isMenuOpen: boolean;
  /** Opens the menu of all actions below a button. */
  readonly onMenu: (button: Element) => void;
}

/** The most used actions on a message, and a button for all of them. It is one stop of the Tab key. */
export function MessageToolbar({ message, context, isMenuOpen, onMenu }: Props) {
  const [stop, setStop] = useState(0);
  const actions = actionsOn(message, context);
  const quick = actions.filter(({ inToolbar }) => inToolbar);
  if (actions.length === 0) return null;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const toolbar = event.currentTarget;
    const step = stepOf(event.key, 'row', getComputedStyle(toolbar).direction === 'rtl');
    if (step === undefined) return;
    event.preventDefault();
    moveFocus([...toolbar.querySelectorAll('button')], step, 'row');
  };
  return (
    <div className="message-toolbar" role="toolbar" aria-label="Message" onKeyDown={onKeyDown}>
      {quick.map(({ label, icon: ActionIcon, run }, place) => (
        <button
          key={label}
          type="button"
          className="icon-button"
          aria-label={label}
          title={label}
          tabIndex={place === stop ? 0 : -1}
          onFocus={() => setStop(place)}
          onClick={() => run(message, context)}
        >
          <ActionIcon />
        </button>
      ))}
      <button
        type="button"
        className="icon-button"
        aria-label="Message actions"
        title="More"
        aria-haspopup="menu"
        aria-expanded={isMenuOpen}
        tabIndex={stop >= quick.length ? 0 : -1}
        onFocus={() => setStop(quick.length)}
        onClick={(event) => onMenu(event.currentTarget)}
      >
        <MoreIcon />
      </button>
    </div>
  );
}
