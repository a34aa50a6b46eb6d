import * as Ariakit from '@ariakit/react/menu';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { CheckIcon } from './icons.tsx';
import { SHEET } from './sheet.tsx';
import type { MenuPlace } from './use-menu-place.ts';

/** An item of a menu. */
export interface MenuEntry {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly onSelect?: () => void;
  /** Opens this in a new tab. */
  readonly newTab?: string;
  /** Deletes or removes something. */
  readonly danger?: boolean;
  /** Whether a line separates it from the item before it. */
  readonly isApart?: boolean;
}

/** Some items of which one is selected. */
export interface MenuChoice {
  /** What is selected, as the items' heading. */
  readonly label: string;
  readonly selected: string;
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly onSelect: () => void;
  }[];
}

export interface MenuButtonProps {
  /** The accessible name of a button without text. */
  readonly label?: string;
  readonly className: string;
  readonly placement: 'bottom-start' | 'bottom-end';
  readonly entries: readonly (MenuEntry | MenuChoice)[];
  /** Whether the button takes the focus when it appears. */
  readonly autoFocus?: boolean;
  /** Where the menu opens without the button: by a right click, a key or a long press. */
  readonly place?: MenuPlace | undefined;
  readonly children: ReactNode;
}

/** A button with its menu, open at first. It replaces the button that was pressed. */
export default function Menu({ label, className, placement, entries, place, children }: MenuButtonProps) {
  const menu = Ariakit.useMenuStore({ placement });
  const button = useRef<HTMLButtonElement>(null);
  /** The place at which it was opened last before the button opened it. */
  const [pressedAfter, setPressedAfter] = useState<MenuPlace>();
  const opened = place === pressedAfter ? undefined : place;
  const isSheet = opened?.isSheet === true;
  useEffect(() => {
    menu.setDisclosureElement(button.current);
    menu.setAutoFocusOnShow(true);
    menu.setInitialFocus('first');
    menu.show();
  }, [menu, place]);
  return (
    <>
      <Ariakit.MenuButton
        ref={button}
        store={menu}
        className={className}
        aria-label={label}
        onClick={() => setPressedAfter(place)}
      >
        {children}
      </Ariakit.MenuButton>
      <Ariakit.Menu
        store={menu}
        className="menu"
        data-sheet={isSheet}
        gutter={4}
        portal
        unmountOnHide
        finalFocus={opened?.returnTo ?? button}
        getAnchorRect={(anchor) => opened?.rect() ?? anchor?.getBoundingClientRect() ?? null}
        {...(isSheet && SHEET)}
      >
        {entries.map((entry) =>
          'options' in entry ? (
            <Choice key={entry.label} choice={entry} />
          ) : (
            <Ariakit.MenuItem
              key={entry.label}
              className={entry.danger === true ? 'menu-item danger' : 'menu-item'}
              data-apart={entry.isApart}
              {...actionOf(entry)}
            >
              {entry.icon}
              {entry.label}
            </Ariakit.MenuItem>
          ),
        )}
      </Ariakit.Menu>
    </>
  );
}

function Choice({ choice: { label, selected, options } }: { readonly choice: MenuChoice }) {
  return (
    <Ariakit.MenuGroup className="menu-choice">
      <Ariakit.MenuGroupLabel className="menu-label">{label}</Ariakit.MenuGroupLabel>
      {options.map(({ value, label: words, onSelect }) => (
        <Ariakit.MenuItemRadio
          key={value}
          name={label}
          value={value}
          checked={value === selected}
          hideOnClick
          className="menu-item"
          onClick={onSelect}
        >
          {words}
          {value === selected && <CheckIcon />}
        </Ariakit.MenuItemRadio>
      ))}
    </Ariakit.MenuGroup>
  );
}

function actionOf({ onSelect, newTab }: MenuEntry) {
  if (newTab !== undefined) return { render: <a href={newTab} target="_blank" rel="noopener" /> };
  return onSelect ? { onClick: onSelect } : {};
}
