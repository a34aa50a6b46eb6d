import * as Ariakit from '@ariakit/react/menu';
import { type ReactNode, useEffect, useRef } from 'react';

/** An item of a menu. */
export interface MenuEntry {
  readonly label: string;
  readonly onSelect?: () => void;
  /** Opens this in a new tab. */
  readonly newTab?: string;
  /** Deletes or removes something. */
  readonly danger?: boolean;
}

export interface MenuButtonProps {
  /** The accessible name of a button without text. */
  readonly label?: string;
  readonly className: string;
  readonly placement: 'bottom-start' | 'bottom-end';
  readonly entries: readonly MenuEntry[];
  /** Whether the button takes the focus when it appears. */
  readonly autoFocus?: boolean;
  readonly children: ReactNode;
}

/** A button with its menu, open at first. It replaces the button that was pressed. */
export default function Menu({ label, className, placement, entries, children }: MenuButtonProps) {
  const menu = Ariakit.useMenuStore({ placement });
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    menu.setDisclosureElement(button.current);
    menu.setAutoFocusOnShow(true);
    menu.setInitialFocus('first');
    menu.show();
  }, [menu]);
  return (
    <>
      <Ariakit.MenuButton ref={button} store={menu} className={className} aria-label={label}>
        {children}
      </Ariakit.MenuButton>
      <Ariakit.Menu store={menu} className="menu" gutter={4} portal unmountOnHide finalFocus={button}>
        {entries.map((entry) => (
          <Ariakit.MenuItem
            key={entry.label}
            className={entry.danger === true ? 'menu-item danger' : 'menu-item'}
            {...actionOf(entry)}
          >
            {entry.label}
          </Ariakit.MenuItem>
        ))}
      </Ariakit.Menu>
    </>
  );
}

function actionOf({ onSelect, newTab }: MenuEntry) {
  if (newTab !== undefined) return { render: <a href={newTab} target="_blank" rel="noopener" /> };
  return onSelect ? { onClick: onSelect } : {};
}
