/** "1 member", "10,000 members". */
export function memberCount(count: number): string {
  return count === 1 ? '1 member' : `${count.toLocaleString('en')} members`;
}
