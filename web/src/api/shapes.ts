import type { components } from './schema.ts';

/** What the API answers with: its own shapes, by the names they go by here. Times are UTC ISO 8601. */
type Schemas = components['schemas'];

export type Role = Schemas['Role'];
export type Person = Schemas['Person'];
export type Member = Schemas['Member'];
export type ReadMark = Schemas['ReadMark'];
/** Whether somebody's profile is gone: nobody can write to them, and no handle leads to them. */
export const isGone = ({ handle }: Pick<Person, 'handle'>): boolean => handle === '_deleted';
/** A conversation in the list. */
export type MessageGroup = Schemas['MessageGroup'];
/** A conversation by itself. */
export type MessageGroupView = Schemas['MessageGroupWithMembers'];
/** Somebody as a system message names them. */
export type Named = Schemas['User'];

/** What a system message tells of; its author did it. Absent when it is a deed that this version does not know. */
export type Deed = Schemas['SystemData'] | undefined;
export type SystemMessage = Omit<Schemas['SystemMessage'], 'data'> & { readonly data: Deed };
export type TextMessage = Schemas['TextMessage'];
/** One entry of a conversation's log. */
export type Message = Readonly<TextMessage> | Readonly<SystemMessage>;
