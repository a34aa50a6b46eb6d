import type { Target } from '../support/senders.ts';

/** A member of a conversation. */
export interface Reader {
  readonly token: string;
  readonly groupId: string;
}

/** Users who repeatedly read their inbox and their history, and mark it read. */
export class Readers {
  count = 0;
  readonly #target: Target;
  #working = false;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(target: Target) {
    this.#target = target;
  }

  start(people: readonly Reader[]): void {
    this.#working = true;
    this.#loops = Promise.all(people.map((person) => this.#work(person)));
    this.#loops.catch(() => undefined);
  }

  /** @throws for a response that is not 200, 429 or 503, or not JSON. */
  async stop(): Promise<void> {
    this.#working = false;
    await this.#loops;
  }

  async #work({ token, groupId }: Reader): Promise<void> {
    const requests = [
      { method: 'GET', path: '/api/message_groups?limit=5' },
      { method: 'GET', path: `/api/messages/${groupId}?limit=50` },
      { method: 'GET', path: `/api/messages/${groupId}?after=1` },
      { method: 'GET', path: `/api/message_groups/${groupId}` },
      { method: 'PUT', path: `/api/message_groups/${groupId}/read`, body: '{"seq":1000000}' },
      { method: 'GET', path: '/api/health-check?deep=1' },
    ];
    for (let turn = 0; this.#working; turn += 1) {
      const { path, ...request } = requests[turn % requests.length] ?? { path: '/' };
      const port = this.#target.ports[turn % this.#target.ports.length] ?? 0;
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        ...request,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      });
      const answer = JSON.stringify(await response.json());
      if (![200, 429, 503].includes(response.status))
        throw new Error(`${path} was answered ${response.status} ${answer}`);
      this.count += 1;
    }
  }
}
