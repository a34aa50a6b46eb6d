/* What appears on a message when the user looks at it: one chunk of the code. */

export { default } from './message-menu.tsx';
export { MessageToolbar } from './message-toolbar.tsx';
