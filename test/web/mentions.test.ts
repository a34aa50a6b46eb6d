import { describe, expect, it } from '@jest/globals';
import type { Member, Person } from '../../client/src/api/shapes.ts';
import { EMPTY_LOG, receive, showAt } from '../../client/src/conversation/log.ts';
import { findMentionable, mentionable } from '../../web/src/conversation/completion/mentionable.ts';
import { type Inline, markupOf } from '../../web/src/conversation/rich-text/markup.ts';
import { type Mentioned, withMentions, withNames } from '../../web/src/conversation/rich-text/mentions.ts';
import { mayMentionAll } from '../../web/src/groups/permissions.ts';
import { textMessage, user } from '../client/messages.ts';

const ada = user('Ada');
const grace = user('Grace');
const named = (...mentions: Mentioned['mentions']): Mentioned => ({ mentions, mentions_all: false });

/** The parts of a text of one paragraph. */
function partsOf(text: string, mentioned: Mentioned): readonly Inline[] {
  const [block] = withMentions(markupOf(text), text, mentioned);
  return block?.kind === 'text' ? block.parts : [];
}

/** A mention of each of these, in the place of its words. */
const at = (of: typeof ada | 'all'): Inline => ({ kind: 'mention', of });

describe('the mentions in a text', () => {
  it.each<[string, string, Mentioned, readonly Inline[]]>([
    ['a member', 'Hi @ada, hi', named(ada), ['Hi ', at(ada), ', hi']],
    ['a member, in capitals', '@ADA', named(ada), [at(ada)]],
    ['the end of a sentence', 'Ask @grace.', named(grace), ['Ask ', at(grace), '.']],
    ['several', '@ada @grace @ada', named(ada, grace), [at(ada), ' ', at(grace), ' ', at(ada)]],
    ['bold', '**@ada**', named(ada), [{ kind: 'strong', parts: [at(ada)] }]],
    ['all', '@all @ada', { mentions: [ada], mentions_all: true }, [at('all'), ' ', at(ada)]],
  ])('are found: %s', (_, text, mentioned, parts) => {
    expect(partsOf(text, mentioned)).toEqual(parts);
  });

  it.each<[string, string, Mentioned]>([
    ['no member', 'Hi @grace', named()],
    ['another name than the one that is mentioned', 'Hi @grace and @alan', named(ada)],
    ['all, where the author may not mention all', '@all', named()],
    ['an address', 'ada@ada', named(ada)],
  ])('are none that the API does not name: %s', (_, text, mentioned) => {
    expect(partsOf(text, mentioned)).toEqual([text]);
  });

  it('are not in code, nor in links', () => {
    const text = '`@ada` https://example.com/@ada\n```\n@ada\n```';
    expect(JSON.stringify(withMentions(markupOf(text), text, named(ada)))).not.toContain('mention');
  });

  it('are in quotes and lists', () => {
    const text = '> @ada\n\n- @ada';
    const [quote, list] = withMentions(markupOf(text), text, named(ada));
    expect(quote).toMatchObject({ kind: 'quote', blocks: [{ kind: 'text', parts: [at(ada)] }] });
    expect(list).toMatchObject({ kind: 'list', items: [[{ kind: 'text', parts: [at(ada)] }]] });
  });

  it('are of users who have changed their handle since, where each word mentions one', () => {
    const renamed = { ...grace, handle: 'admiral' };
    expect(partsOf('@grace and @ada', named(renamed, ada))).toEqual([at(renamed), ' and ', at(ada)]);
    // Whose handle was taken by another user.
    const taken = { ...grace, handle: 'ada' };
    expect(partsOf('@grace', named(taken))).toEqual([at(taken)]);
  });

  it('of a long text that has nothing else are found quickly', () => {
    const text = '@ada '.repeat(1_638);
    expect(partsOf(text, named(ada)).filter((part) => typeof part !== 'string')).toHaveLength(1_638);
  });
});

describe('a text without markup', () => {
  const isolated = (name: string) => `@\u2068${name}\u2069`;
  it.each<[string, string, Mentioned['mentions'], string]>([
    ['mentions', 'Hi @GRACE, and @nobody', [grace], `Hi ${isolated('Grace')}, and @nobody`],
    ['a user who has changed their handle', '@hopper.', [grace], `${isolated('Grace')}.`],
    [
      'code and addresses',
      '`@ada` https://x.org/@ada @ada',
      [ada],
      `\`@ada\` https://x.org/@ada ${isolated('Ada')}`,
    ],
    ['nobody', '@ada', [], '@ada'],
  ])('has names, as the message itself: %s', (_, text, mentions, shown) => {
    expect(withNames(text, mentions)).toBe(shown);
  });

  it('trusts no order of words where it may be a beginning', () => {
    const text = `@nobody ${'x'.repeat(92)}`;
    expect(withNames(text, [grace])).toBe(text);
    expect(withNames(text, [grace], true)).toBe(text.replace('@nobody', isolated('Grace')));
    const [kay, alan] = [user('Kay'), user('Alan')];
    expect(withNames('@nobody @ada @kay', [ada, kay, alan])).toBe(
      `@nobody ${isolated('Ada')} ${isolated('Kay')}`,
    );
  });
});

const member = (person: typeof ada): Member => ({
  ...person,
  role: 'member',
  read_seq: 0,
  joined_at: 'now',
  joined_seq: 0,
});

describe('the members for a word after @', () => {
  const members = [
    user('Ada'),
    user('Alan'),
    user('Grace'),
    { ...user('kat'), display_name: 'Katherine Gray' },
  ];
  const log = showAt(receive(EMPTY_LOG, [textMessage({ seq: 1, ...user('Alan') })]), 1);
  const found = (query: string) =>
    mentionable({ query, members: members.map(member), isLarge: false, log, me: 'Ada' }).map(
      ({ handle }) => handle,
    );

  it('are those whose handle or name begins with it, then those that contain it; not the user', () => {
    expect(found('gra')).toEqual(['grace', 'kat']);
    expect(found('GRAY')).toEqual(['kat']);
    expect(found('lan')).toEqual(['alan']);
    expect(found('ada')).toEqual([]);
    expect(found('nobody')).toEqual([]);
  });

  it('are all of them at first, with those who wrote last before the others', () => {
    expect(found('')).toEqual(['alan', 'grace', 'kat']);
  });

  it('are no authors who have left, and all authors where more members follow', () => {
    const parts = { query: '', members: [member(user('Grace'))], log, me: 'Ada' };
    const handles = (isLarge: boolean) => mentionable({ ...parts, isLarge }).map(({ handle }) => handle);
    expect(handles(false)).toEqual(['grace']);
    expect(handles(true)).toEqual(['alan', 'grace']);
  });

  it('are searched by handle in the group where there are more, from two characters on', async () => {
    const prefixes: string[] = [];
    const findMembers = (prefix: string) => {
      prefixes.push(prefix);
      if (prefix === 'lost') return Promise.reject(new Error('no response'));
      return Promise.resolve([user('Grace'), user('Grant'), user('Ada')]);
    };
    const search = { findMembers, me: 'Ada', members: members.map(member), log };
    const found = async (query: string, { isLarge = true, limit = 8 } = {}) =>
      (await findMentionable({ ...search, query, isLarge }, limit)).map(({ handle }) => handle);
    expect(await found('Gra')).toEqual(['grace', 'kat', 'grant']);
    expect(await found('lost')).toEqual([]);
    expect(prefixes).toEqual(['gra', 'lost']);
    expect(await found('Gra', { isLarge: false })).toEqual(['grace', 'kat']);
    expect(await found('gr', { limit: 2 })).toEqual(['grace', 'kat']);
    expect(await found('g')).toEqual(['grace', 'kat']);
    expect(await found('-g')).toEqual([]);
    expect(prefixes).toHaveLength(2);
  });

  it('are no users without a profile', () => {
    const gone: Person = { uuid: 'gone', handle: '_deleted', display_name: 'Deleted user' };
    const parts = { query: '', log: EMPTY_LOG, me: 'Ada', isLarge: false };
    expect(mentionable({ ...parts, members: [member({ ...gone, user_uuid: 'gone' })] })).toEqual([]);
  });
});

it('All members are mentioned by everybody in a group of up to 100, and by its owner and admins in a larger one', () => {
  expect([mayMentionAll('member', 100), mayMentionAll('member', 101)]).toEqual([true, false]);
  expect([mayMentionAll('admin', 101), mayMentionAll('owner', 10_000)]).toEqual([true, true]);
});
