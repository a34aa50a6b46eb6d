import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { readLocalConfig } from '../../local/config.ts';
import { isForThisMachine, isFromOwnPage } from '../../local/own-hosts.ts';

const CLOSED = { allowedHosts: [] };
const NAMED = { allowedHosts: ['laptop.example'] };
const ON_ONE = { address: '192.0.2.7', allowedHosts: [] };
const ON_EVERY = { address: '0.0.0.0', allowedHosts: [] };
const ON_EVERY_V6 = { address: '::', allowedHosts: [] };

function requestWith(headers: Readonly<Record<string, string | undefined>>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
}

describe('a request', () => {
  it.each([
    ['localhost:4567', CLOSED],
    ['localhost', CLOSED],
    ['LocalHost:1', CLOSED],
    ['127.0.0.1:4567', CLOSED],
    ['[::1]:4567', CLOSED],
    ['laptop.example', NAMED],
    ['Laptop.Example:8080', NAMED],
    ['192.0.2.7:4567', ON_ONE],
    ['localhost:4567', ON_ONE],
    ['192.0.2.7:4567', ON_EVERY],
    ['[fd00::2]:4567', ON_EVERY_V6],
  ])('for %s is this machine’s with %j', (host, access) => {
    expect(isForThisMachine(requestWith({ host }), access)).toBe(true);
  });

  it.each([
    ['evil.example:4567', CLOSED],
    ['evil.example', NAMED],
    ['localhost.evil.example', CLOSED],
    ['evil.localhost', CLOSED],
    ['localhost@evil.example', CLOSED],
    ['evil.example#localhost', CLOSED],
    ['localhost:4567:80', CLOSED],
    ['192.0.2.7', CLOSED],
    ['192.0.2.8', ON_ONE],
    ['evil.example', ON_EVERY],
    ['192.0.2.7.evil.example', ON_EVERY],
    ['', CLOSED],
    [undefined, CLOSED],
  ])('for %s is not this machine’s with %j', (host, access) => {
    expect(isForThisMachine(requestWith({ host }), access)).toBe(false);
  });
});

describe('a page', () => {
  const host = 'localhost:4567';
  const ALLOWED = ['http://localhost:3000'];

  it.each([
    [undefined, ALLOWED],
    ['http://localhost:4567', ALLOWED],
    ['http://localhost:3000', ALLOWED],
  ])('of %s may sign in where %j may', (origin, allowed) => {
    expect(isFromOwnPage(requestWith({ host, origin }), allowed)).toBe(true);
  });

  it.each([
    ['http://evil.example', ALLOWED],
    ['http://localhost:5173', ALLOWED],
    ['http://localhost', ALLOWED],
    ['null', ALLOWED],
    ['http://evil.example', ['*']],
    ['', ['*']],
  ])('of %s may not where %j may', (origin, allowed) => {
    expect(isFromOwnPage(requestWith({ host, origin }), allowed)).toBe(false);
  });
});

describe('the settings', () => {
  it('open nothing by default', () => {
    expect(readLocalConfig({}).access).toEqual({ allowedHosts: [] });
    const given = { LISTEN_ADDRESS: '0.0.0.0', ALLOWED_HOSTS: 'Laptop.example, [fd00::2]' };
    expect(readLocalConfig(given).access).toEqual({
      address: '0.0.0.0',
      allowedHosts: ['laptop.example', '[fd00::2]'],
    });
  });

  it('are refused if they are not addresses or names', () => {
    expect(() => readLocalConfig({ LISTEN_ADDRESS: 'laptop' })).toThrow(
      /LISTEN_ADDRESS: must be an IP address/,
    );
    expect(() => readLocalConfig({ ALLOWED_HOSTS: 'a.example:80' })).toThrow(/ALLOWED_HOSTS: "a.example:80"/);
    expect(() => readLocalConfig({ ALLOWED_HOSTS: '*' })).toThrow(/ALLOWED_HOSTS: "\*" is not a host name/);
  });
});
