import * as Ariakit from '@ariakit/react/menu';
import { type RefObject, useEffect } from 'react';
import type { Message } from '../api/shapes.ts';
import { actionsOn, type ActionContext } from './message-actions.ts';

/** A place in the window at which a menu opens. Each object is one opening. */
export interface MenuPlace {
  /** Of the pointer, or of the button that opens it; in pixels. */
  readonly at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Whether it was opened with a finger: then it is a sheet at the bottom of the window. */
  readonly isSheet: boolean;
}

export interface MessageMenuProps {
  readonly message: Message;
  readonly context: ActionContext;
  readonly place: MenuPlace;
  /** Takes the focus when the menu closes. */
  readonly finalFocus: RefObject<HTMLElement | null>;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** The menu of all actions on a message. */
export default function MessageMenu({ message, context, place, finalFocus, onOpenChange }: MessageMenuProps) {
  const { at, isSheet } = place;
  const menu = Ariakit.useMenuStore({ placement: 'bottom-start', setOpen: onOpenChange });
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
      portal
      unmountOnHide
      finalFocus={finalFocus}
      getAnchorRect={() => at}
      // A sheet is placed by the style sheet.
      {...(isSheet && {
        modal: true,
        updatePosition: () => undefined,
        backdrop: <div className="backdrop" />,
      })}
    >
      {actionsOn(message, context).map(({ label, icon: ActionIcon, danger, run }) => (
        <Ariakit.MenuItem
          key={label}
          className={danger === true ? 'menu-item danger' : 'menu-item'}
          onClick={() => run(message, context)}
        >
          <ActionIcon />
          {label}
        </Ariakit.MenuItem>
      ))}
    </Ariakit.Menu>
  );
}
