import { Subject } from './subject.ts';

export interface Typist {
  readonly user: string;
  readonly handle: string;
}

/** The users who are typing, by conversation. */
export type Typists = ReadonlyMap<string, readonly Typist[]>;

/** A user who stops typing sends nothing: after this time without an event they count as stopped, in milliseconds. */
const STOPPED_AFTER_MS = 5_000;

export class Typing {
  readonly state = new Subject<Typists>(new Map());
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** A `typing` event arrived. */
  started(group: string, typist: Typist): void {
    const timer = `${group} ${typist.user}`;
    clearTimeout(this.#timers.get(timer));
    this.#timers.set(
      timer,
      setTimeout(() => this.stopped(group, typist.user), STOPPED_AFTER_MS),
    );
    this.#change(group, (typists) => [...typists.filter(({ user }) => user !== typist.user), typist]);
  }

  /** A user sent their message, or no event came for a while. */
  stopped(group: string, user: string): void {
    if (!this.state.get().has(group)) return;
    clearTimeout(this.#timers.get(`${group} ${user}`));
    this.#timers.delete(`${group} ${user}`);
    this.#change(group, (typists) => typists.filter((typist) => typist.user !== user));
  }

  #change(group: string, change: (typists: readonly Typist[]) => readonly Typist[]): void {
    const state = new Map(this.state.get());
    const typists = change(state.get(group) ?? []);
    if (typists.length > 0) state.set(group, typists);
    else state.delete(group);
    this.state.set(state);
  }
}
