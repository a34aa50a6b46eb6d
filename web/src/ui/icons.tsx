import type { ReactNode } from 'react';

/** An icon of 20 by 20 pixels, in the colour of the text around it. Its meaning is in the label of its button. */
export function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const BackIcon = () => (
  <Icon>
    <path d="M12.5 4 6.5 10l6 6" />
  </Icon>
);
export const WriteIcon = () => (
  <Icon>
    <path d="M11 4H5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2V9" />
    <path d="m8 12 .5-2.500L15.5 2.500l2 2L10.5 11.500Z" />
  </Icon>
);
export const GroupIcon = () => (
  <Icon>
    <circle cx="7.5" cy="7" r="2.75" />
    <path d="M2.5 16c.4-2.9 2.4-4.5 5-4.500s4.6 1.6 5 4.5" />
    <path d="M12.5 4.600a2.6 2.6 0 0 1 0 4.900M14.5 12.200c1.7.6 2.8 1.9 3 3.8" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="8.75" cy="8.75" r="5.25" />
    <path d="m12.75 12.75 4 4" />
  </Icon>
);
export const PublicIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M3.500 10h13M10 3.500c4 4 4 9 0 13M10 3.500c-4 4-4 9 0 13" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M3 10 17 3.5 13.5 17 9.5 11.500ZM9.5 11.5 17 3.5" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <g className="filled">
      <circle cx="4.5" cy="10" r="1.4" />
      <circle cx="10" cy="10" r="1.4" />
      <circle cx="15.5" cy="10" r="1.4" />
    </g>
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="m4.5 8 5.5 5.500L15.5 8" />
  </Icon>
);
export const WaitIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.500V10l2.5 1.5" />
  </Icon>
);
export const ReplyIcon = () => (
  <Icon>
    <path d="M8 4.500 3.500 9 8 13.500" />
    <path d="M3.500 9h8a5 5 0 0 1 5 5v1.500" />
  </Icon>
);
export const AddReactionIcon = () => (
  <Icon>
    <path d="M16.5 10.5a7 7 0 1 1-7-7" />
    <path d="M6.5 11.5c.6 1.5 1.7 2.3 3 2.3s2.4-.8 3-2.3M7.3 8.3v.01M11.7 8.3v.01M15.5 2.5v5M13 5h5" />
  </Icon>
);
export const PinIcon = () => (
  <Icon>
    <path d="M7 3h6M8 3v5L5.5 11v1.5h9V11L12 8V3M10 12.5V17" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.5 3.5L15.5 6" />
  </Icon>
);
export const MutedIcon = () => (
  <Icon>
    <path d="M5.5 12.5V8.8a4.5 4.5 0 0 1 7-3.7M14.4 8.8v2.7M4 13.5h8.5M8.2 16.2a2 2 0 0 0 3.6 0M3.5 3.5l13 13" />
  </Icon>
);
export const StarIcon = ({ isFilled = false }: { readonly isFilled?: boolean }) => (
  <Icon>
    <path
      className={isFilled ? 'filled' : undefined}
      d="m10 3 2.15 4.5 4.85.65-3.55 3.4.9 4.85L10 14.05 5.65 16.4l.9-4.85L3 8.15l4.85-.65Z"
    />
  </Icon>
);
export const ArchiveIcon = () => (
  <Icon>
    <rect x="2.5" y="4" width="15" height="3.5" rx="1" />
    <path d="M4 7.5V15a1.5 1.5 0 0 0 1.5 1.5h9a1.5 1.5 0 0 0 1.5-1.5V7.5M8 11h4" />
  </Icon>
);
export const UnreadIcon = () => (
  <Icon>
    <path d="M16.5 8.5V14a1.5 1.5 0 0 1-1.5 1.5H5L2.5 17.5V6A1.5 1.5 0 0 1 4 4.5h7" />
    <circle className="filled" cx="15.5" cy="4.5" r="2.5" />
  </Icon>
);
export const BlockIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="m5.5 5.5 9 9" />
  </Icon>
);
export const NewTabIcon = () => (
  <Icon>
    <path d="M11.5 3.500h5v5M16.500 3.500 9.500 10.500M14.500 11.500V15a1.500 1.500 0 0 1-1.500 1.500H5A1.500 1.500 0 0 1 3.500 15V7A1.500 1.500 0 0 1 5 5.500h3.500" />
  </Icon>
);
export const FailureIcon = () => (
  <Icon>
    <path d="M10 4.500v7M10 15.200v.1" />
  </Icon>
);
