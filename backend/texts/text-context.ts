/**
 * What each data key is bound to: KMS authenticates it, writes it into the trail, and policies ask for it. It says
 * nothing of a conversation, so that one data key serves all of them; nor of the table, which has another name when it
 * was restored.
 */
export const TEXT_CONTEXT = { purpose: 'cruddur-message-text' } as const;
