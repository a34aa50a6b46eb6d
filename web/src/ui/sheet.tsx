/** Makes a menu or a popover a sheet: it lies at the bottom of the window, under a thumb, and the rest is shaded. */
export const SHEET = {
  modal: true,
  backdrop: <div className="backdrop" />,
  // The library would place it next to what opened it.
  updatePosition: () => undefined,
  wrapperProps: { style: { position: 'fixed', inset: 'auto 0 0', width: '100%', zIndex: 60 } },
  // Chrome fires this after the long press that opened the sheet.
  hideOnInteractOutside: ({ type }: Pick<Event, 'type'>) => type !== 'contextmenu',
} as const;
