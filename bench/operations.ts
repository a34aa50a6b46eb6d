/** The measured operations, in the order in which they are shown. */
export const OPERATIONS = ['send', 'send to one group', 'history', 'inbox', 'mark read'] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** What each operation is: the same for the API and for the raw loop. */
export const DESCRIPTIONS: Readonly<Record<OperationName, string>> = {
  send: 'one message to a group of two, each client to its own four groups: strongly consistent Query of the members, conditional PutItem',
  'send to one group':
    'the same, with all clients sending to one group of eight: the puts wait for each other in a queue',
  history: 'the newest page of 50 messages: strongly consistent GetItem of the member, Query',
  inbox: 'the first page of 20 conversations, names cached: Query of the index',
  'mark read': 'one conditional UpdateItem',
};
