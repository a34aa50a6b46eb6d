import { Icon } from '../ui/icons.tsx';

/* The icons of the actions on messages: they are loaded with the toolbar and the menu. */

export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 7V5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v6.5A1.5 1.5 0 0 0 5 13h2" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon>
    <path d="M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3L10.5 5.2" />
    <path d="M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1" />
  </Icon>
);
export const EditIcon = () => (
  <Icon>
    <path d="m4 16 .8-3.5 8.7-8.7a1.5 1.5 0 0 1 2.1 0l.6.6a1.5 1.5 0 0 1 0 2.1L7.5 15.2Z" />
    <path d="m12 5.5 2.5 2.5" />
  </Icon>
);
export const DeleteIcon = () => (
  <Icon>
    <path d="M3.5 5.5h13M8 5.5V4a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.5" />
    <path d="m5.5 5.5.7 10a1.5 1.5 0 0 0 1.5 1.4h4.6a1.5 1.5 0 0 0 1.5-1.4l.7-10M8.5 9v4.5M11.5 9v4.5" />
  </Icon>
);
export const UnpinIcon = () => (
  <Icon>
    <path d="M7 3h6M8 3v5L5.5 11v1.5h9V11L12 8V3M10 12.5V17M3 3l14 14" />
  </Icon>
);
