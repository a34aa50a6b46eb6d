import * as Ariakit from '@ariakit/react/menu';
import { useEffect, useRef } from 'react';
import type { MenuButtonProps, MenuEntry } from './menu-button.tsx';

/** A menu at its button, which stands in the place of the one that was pressed: open from the beginning. */
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
