import { Popover as Primitive, usePopoverStore } from '@ariakit/react/popover';
import { type ReactNode, useEffect } from 'react';
import type { OpenPlace } from './open-place.ts';
import { SHEET } from './sheet.tsx';

/** A dialog next to what opened it, that closes when the user does something else. With fingers it is a sheet. */
export function Popover(props: {
  readonly label: string;
  readonly className: string;
  readonly place: OpenPlace;
  /** Takes the focus when it closes. */
  readonly finalFocus: () => HTMLElement | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { label, className, place, finalFocus, onClose, children } = props;
  const { rect, isSheet } = place;
  const popover = usePopoverStore({ placement: 'bottom-start' });
  useEffect(() => popover.show(), [popover, place]);
  return (
    <Primitive
      store={popover}
      className={`popover ${className}`}
      aria-label={label}
      data-sheet={isSheet}
      gutter={6}
      overflowPadding={12}
      portal
      unmountOnHide
      getAnchorRect={rect}
      autoFocusOnHide={() => {
        finalFocus()?.focus();
        return false;
      }}
      onClose={onClose}
      {...(isSheet && SHEET)}
    >
      {children}
    </Primitive>
  );
}
