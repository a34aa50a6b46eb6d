import { Icon } from '../ui/icons.tsx';

/* The icons of files: they are loaded with them. */

export const FileIcon = () => (
  <Icon>
    <path d="M11.5 2.500H6a1.500 1.500 0 0 0-1.500 1.500v12A1.500 1.500 0 0 0 6 17.500h8a1.500 1.500 0 0 0 1.500-1.500V6.500Z" />
    <path d="M11.500 2.500v4h4" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M10 3v9.500M5.500 8.500 10 13l4.500-4.500M4 16.500h12" />
  </Icon>
);
export const RetryIcon = () => (
  <Icon>
    <path d="M15.500 10a5.500 5.500 0 1 1-1.700-4M15.500 3v3.500H12" />
  </Icon>
);
export const NextIcon = () => (
  <Icon>
    <path d="m7.500 4 6 6-6 6" />
  </Icon>
);
export const AttachIcon = () => (
  <Icon>
    <path d="m15.500 9.500-5.800 5.800a3.500 3.500 0 0 1-5-5l6.300-6.300a2.300 2.300 0 0 1 3.300 3.300l-6.200 6.200a1.200 1.200 0 0 1-1.700-1.700l5.300-5.300" />
  </Icon>
);
