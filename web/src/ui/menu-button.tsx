import { useState } from 'react';
import type { MenuButtonProps } from './menu.tsx';
import { onDemand } from './on-demand.tsx';

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
  if (!wasOpened && !props.place) return button;
  return <Menu {...props} placeholder={button} onClose={() => setWasOpened(false)} />;
}
