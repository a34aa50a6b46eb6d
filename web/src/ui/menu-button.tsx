import { type ReactNode, useState } from 'react';
import { onDemand } from './on-demand.tsx';

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
  /** Whether it takes the focus as soon as it is there. */
  readonly autoFocus?: boolean;
  readonly children: ReactNode;
}

const Menu = onDemand(() => import('./menu.tsx'));

/** A button that opens a menu. */
export function MenuButton(props: MenuButtonProps) {
  const [wasOpened, setWasOpened] = useState(false);
  const button = (
    <button
      type="button"
      className={props.className}
      aria-label={props.label}
      aria-haspopup="menu"
      aria-expanded={false}
      autoFocus={props.autoFocus === true}
      onClick={() => setWasOpened(true)}
    >
      {props.children}
    </button>
  );
  if (!wasOpened) return button;
  return <Menu {...props} placeholder={button} onClose={() => setWasOpened(false)} />;
}
