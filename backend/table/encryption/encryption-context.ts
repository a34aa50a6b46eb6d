/**
 * The encryption context of each data key: KMS authenticates it, CloudTrail records it, and policies can require it. It
 * names no conversation, so that one data key serves all of them, and no table, whose name changes when it is restored.
 */
export const ENCRYPTION_CONTEXT = { purpose: 'cruddur-message-text' } as const;
