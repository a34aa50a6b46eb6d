import { CompositeRow } from '@ariakit/react/composite';
import * as Ariakit from '@ariakit/react/menu';
import { type RefObject, useEffect } from 'react';
import type { Message } from '../../../client/src/index.ts';
import { hasReacted } from '../../../client/src/parts.ts';
import type { OpenPlace } from '../ui/open-place.ts';
import { SHEET } from '../ui/sheet.tsx';
import { type ActionContext, actionsOn, QUICK_EMOJI } from './message-actions.ts';

export interface MessageMenuProps {
  readonly message: Message;
  readonly context: ActionContext;
  readonly place: OpenPlace;
  /** Takes the focus when the menu closes. */
  readonly finalFocus: RefObject<HTMLElement | null>;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** The menu of all actions on a message, below a row of emoji to react with. */
export default function MessageMenu(props: MessageMenuProps) {
  const { message, context, place, finalFocus, onOpenChange } = props;
  const { rect, isSheet } = place;
  // The emoji are one row of a grid, and each action another: from any emoji, the arrow keys lead to the first action.
  const menu = Ariakit.useMenuStore({
    placement: 'bottom-start',
    focusShift: true,
    setOpen: onOpenChange,
  });
  useEffect(() => {
    menu.setAutoFocusOnShow(true);
    menu.setInitialFocus('first');
    menu.show();
  }, [menu, place]);
  return (
    <Ariakit.Menu
      store={menu}
      className="menu message-menu"
      aria-label="Message actions"
      data-sheet={isSheet}
      gutter={4}
      overflowPadding={8}
      portal
      unmountOnHide
      finalFocus={finalFocus}
      getAnchorRect={rect}
      {...(isSheet && SHEET)}
    >
      <CompositeRow store={menu} className="menu-emoji" role="group" aria-label="React">
        {QUICK_EMOJI.map((emoji) => (
          <Ariakit.MenuItem
            key={emoji}
            className="menu-item"
            role="menuitemcheckbox"
            aria-label={`React with ${emoji}`}
            aria-checked={hasReacted(message, emoji)}
            onClick={() => context.onReact(message, emoji)}
          >
            {emoji}
          </Ariakit.MenuItem>
        ))}
      </CompositeRow>
      {actionsOn(message, context).map(({ label, icon: ActionIcon, danger, run }) => (
        <Ariakit.MenuItem
          key={label}
          rowId={label}
          className={danger === true ? 'menu-item danger' : 'menu-item'}
          onClick={() => run(message, context, place)}
        >
          <ActionIcon />
          {label}
        </Ariakit.MenuItem>
      ))}
    </Ariakit.Menu>
  );
}
