const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A size for a person: 1.5 MB. */
export function readableBytes(bytes: number): string {
  const unit = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1_024)));
  return `${(bytes / 1_024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
