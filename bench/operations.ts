/** The measured operations, in the order in which they are shown. */
export const OPERATIONS = ['send', 'send to one group', 'history', 'inbox', 'mark read'] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** What each operation is: the same for the API and for the raw loop. */
export const DESCRIPTIONS: Readonly<Record<OperationName, string>> = {
  send: 'one message to a group of two, each client to its own four groups: strongly consistent Query of both rows, conditional PutItem',
  'send to one group':
    'all clients send to one group of eight: strongly consistent BatchGetItem of the own row and the group, conditional PutItem; the puts wait for each other in a queue',
  history:
    'the newest page of 50 messages: strongly consistent GetItem of the member, Query of the newest change, Query of the messages, Query of their reactions and GetItem of the pins',
  inbox: 'the first page of 20 conversations, names and summaries of named groups cached: Query of the index',
  'mark read': 'one conditional UpdateItem',
};
