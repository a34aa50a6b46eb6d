import { Dialog as Primitive, DialogDismiss, DialogHeading } from '@ariakit/react/dialog';
import type { ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';

/** A modal dialog. It traps the focus, and returns it when it closes. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Primitive
      open
      onClose={props.onClose}
      className="dialog"
      backdrop={<div className="backdrop" />}
      unmountOnHide
    >
      <header className="dialog-head">
        <DialogHeading className="dialog-title">{props.title}</DialogHeading>
        <DialogDismiss className="icon-button" aria-label="Close">
          <CloseIcon />
        </DialogDismiss>
      </header>
      {props.children}
    </Primitive>
  );
}
