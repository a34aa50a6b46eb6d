import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { TEMPLATES } from '../templates.ts';
import { parseTemplate, synthesise } from './support/synthesis.ts';

const PAGES = ['docs/deploy.md', 'docs/operations.md', 'docs/security.md'];
/** `the output `Name``, `the outputs `One` and `Other``, and in commands `<output Name>`. */
const PHRASE = /\boutputs?\s+(?:`[A-Z]\w+`(?:\s+and\s+`[A-Z]\w+`)*|[A-Z]\w+)/g;

it('every output that the pages name exists, by that name', () => {
  const phrases = PAGES.flatMap((page) => readFileSync(page, 'utf8').match(PHRASE) ?? []);
  const named = phrases.flatMap((phrase) => phrase.match(/[A-Z]\w+/g) ?? []);
  const templates = [
    ...synthesise({ textEncryption: 'on' }).map(({ template }) => template),
    ...TEMPLATES.map(({ text }) => parseTemplate(JSON.parse(text))),
  ];
  const outputs = templates.flatMap(({ Outputs }) => Object.keys(Outputs));
  expect(named).toEqual(expect.arrayContaining(['PoolId', 'ClientId', 'FailureQueueUrl', 'RoleArn']));
  expect(named.filter((name) => !outputs.includes(name))).toEqual([]);
});
