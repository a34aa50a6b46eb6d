/** Makes a menu or a popover a sheet: it lies at the bottom of the window, under a thumb, and the rest is shaded. */
export const SHEET = {
  modal: true,
  backdrop: <div className="backdrop" />,
  // It is not placed next to anything.
  updatePosition: () => undefined,
  wrapperProps: { style: { position: 'fixed', inset: 'auto 0 0', width: '100%', zIndex: 60 } },
} as const;
