import { lazy, type ReactNode, Suspense, useState } from 'react';

/** What one can choose. */
export interface MenuEntry {
  readonly label: string;
  readonly onSelect?: () => void;
  /** Opens this in a new tab. */
  readonly newTab?: string;
  /** Takes something away. */
  readonly danger?: boolean;
}

export interface MenuButtonProps {
  /** Of a button without words. */
  readonly label?: string;
  readonly className: string;
  readonly placement: 'bottom-start' | 'bottom-end';
  readonly entries: readonly MenuEntry[];
  readonly children: ReactNode;
}

const loadMenu = () => import('./menu.tsx');
const Menu = lazy(loadMenu);

/** A button that opens a menu. The menu's own code is fetched when somebody is about to open the first one. */
export function MenuButton(props: MenuButtonProps) {
  const [wasOpened, setWasOpened] = useState(false);
  const button = (
    <button
      type="button"
      className={props.className}
      aria-label={props.label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWasOpened(true)}
    >
      {props.children}
    </button>
  );
  if (!wasOpened) return button;
  return (
    <Suspense fallback={button}>
      <Menu {...props} />
    </Suspense>
  );
}
