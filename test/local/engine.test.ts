import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { createLogger } from '../../backend/logger.ts';
import { chooseEngine } from '../../local/engine/choose-engine.ts';
import { dockerEngine } from '../../local/engine/docker-engine.ts';
import { embeddedBinary, embeddedEngine } from '../../local/engine/embedded-engine.ts';
import { EngineProcess } from '../../local/engine/engine-process.ts';
import { runningEngine, writeEngineRecord } from '../../local/engine/engine-record.ts';
import { answers } from '../../local/engine/probe.ts';
import { eventually } from '../support/eventually.ts';
import { enginePid, isAlive } from './local-process.ts';
import { keepLines } from './log-lines.ts';
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();
const logger = createLogger('silent');

describe('choosing', () => {
  const machine = (binary: string | undefined, docker: boolean) => ({
    embeddedBinary: () => binary,
    dockerAnswers: () => Promise.resolve(docker),
  });

  it('takes the embedded engine if it is installed, otherwise Docker, and otherwise names the three ways', async () => {
    expect((await chooseEngine('/data', machine('/bin/engine', true))).kind).toBe('embedded');
    expect((await chooseEngine('/data', machine(undefined, true))).kind).toBe('docker');
    await expect(chooseEngine('/data', machine(undefined, false))).rejects.toThrow(
      /npm install.*Docker.*AWS_ENDPOINT_URL/,
    );
  });

  it('publishes a container to this machine only, one for each data directory', () => {
    const args = dockerEngine('/data').args(4_000).join(' ');
    expect(args).toContain(
      '--publish 127.0.0.1:4000:8000 --volume /data/dynamodb-local:/data amazon/dynamodb-local:',
    );
    expect(args).toContain('-sharedDb');
    const containerNameFor = (dataDir: string) =>
      /--name (\S+)/.exec(dockerEngine(dataDir).args(1).join(' '))?.[1];
    expect(containerNameFor('/data')).toBe(containerNameFor('/data'));
    expect(containerNameFor('/data')).not.toBe(containerNameFor('/other'));
  });
});

describe('the embedded engine', () => {
  const program = (dataDir: string) => embeddedEngine(embeddedBinary() ?? '', dataDir);

  it('is found by scripts while it runs, is restarted on its port when it dies, and is gone after stop', async () => {
    const dataDir = tempDir();
    const engine = new EngineProcess({ program: program(dataDir), dataDir, logger });
    try {
      await engine.start();
      const { endpoint } = engine;
      expect((await runningEngine(dataDir)).endpoint).toBe(endpoint);
      for (let times = 0; times < 2; times += 1) {
        const pid = enginePid(dataDir) ?? 0;
        process.kill(pid, 'SIGKILL');
        await eventually(() => enginePid(dataDir) !== pid);
        await eventually(async () => await answers(endpoint));
      }
    } finally {
      await engine.stop();
    }
    expect(await answers(engine.endpoint)).toBe(false);
    await expect(runningEngine(dataDir)).rejects.toThrow(/no engine is running from .*npm start/);
  });

  it('keeps the output of a killed process until the next start', async () => {
    const dataDir = tempDir();
    const logFile = join(dataDir, 'engine.log');
    writeFileSync(logFile, 'of the last run\n');
    const { lines, logger: noted } = keepLines();
    const engine = new EngineProcess({ program: program(dataDir), dataDir, logger: noted });
    try {
      await engine.start();
      const pid = enginePid(dataDir) ?? 0;
      // The engine's own output comes first.
      await eventually(() => readFileSync(logFile, 'utf8') !== '');
      appendFileSync(logFile, 'out of cheese\n');
      process.kill(pid, 'SIGKILL');
      await eventually(() => enginePid(dataDir) !== pid);
      await eventually(() => answers(engine.endpoint));
    } finally {
      await engine.stop();
    }
    const log = readFileSync(logFile, 'utf8');
    expect(log).toContain('out of cheese\n');
    expect(log).not.toContain('of the last run');
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'the engine ended by itself, and is started again',
        last_words: `out of cheese (${logFile})`,
      }),
    );
  });

  it('is not started any more after it was stopped', async () => {
    const dataDir = tempDir();
    const engine = new EngineProcess({ program: program(dataDir), dataDir, logger });
    const starting = engine.start();
    await engine.stop();
    await starting;
    expect(enginePid(dataDir)).toBeUndefined();
  });

  it('ends an orphan on the same database, and no other engine', async () => {
    const [dataDir, otherDir] = [tempDir(), tempDir()];
    const [orphanPort, otherPort] = [await getPort(), await getPort()];
    const [engine, otherEngine] = [program(dataDir), program(otherDir)];
    const orphan = spawn(engine.file, engine.args(orphanPort), { stdio: 'ignore' });
    const other = spawn(otherEngine.file, otherEngine.args(otherPort), { stdio: 'ignore' });
    try {
      await eventually(() => answers(`http://${engine.host}:${orphanPort}`));
      await eventually(() => answers(`http://${otherEngine.host}:${otherPort}`));
      await program(dataDir).endOrphans();
      expect(isAlive(orphan.pid ?? 0)).toBe(false);
      expect(isAlive(other.pid ?? 0)).toBe(true);
    } finally {
      orphan.kill('SIGKILL');
      other.kill('SIGKILL');
    }
  });
});

describe('the record of an engine', () => {
  const started: ChildProcess[] = [];
  const closers: (() => void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    for (const child of started.splice(0)) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });

  /** Starts an idle process with these words on its command line. Returns its process id. */
  const runIdle = (...words: readonly string[]): number => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', '--', ...words], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    started.push(child);
    return child.pid ?? 0;
  };

  /** Starts a server that responds to HTTP. */
  const listen = async (): Promise<string> => {
    // A socket that is not read never notices that the client has closed it, and keeps this process alive.
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const notRunning = /^no engine is running from .*: start one with `npm start`, or give --endpoint$/;

  it('is ignored if nothing responds there, or if it is invalid', async () => {
    const dataDir = tempDir();
    writeEngineRecord(dataDir, { endpoint: 'http://127.0.0.1:9', kind: 'given' });
    await expect(runningEngine(dataDir)).rejects.toThrow(notRunning);
    writeEngineRecord(dataDir, { endpoint: 'ftp://127.0.0.1', kind: 'given' });
    await expect(runningEngine(dataDir)).rejects.toThrow(notRunning);
  });

  it.each([
    ['embedded', (dir: string) => embeddedEngine('engine', dir).args(1)],
    ['docker', (dir: string) => dockerEngine(dir).args(1)],
  ] as const)(
    'of kind %s is used if its process is on this directory, also through a link, and on no other',
    async (kind, args) => {
      const [dataDir, otherDir, endpoint] = [tempDir(), tempDir(), await listen()];
      const link = join(otherDir, 'link');
      symlinkSync(dataDir, link);
      writeEngineRecord(dataDir, { endpoint, kind, pid: runIdle(...args(dataDir)) });
      await expect(runningEngine(dataDir)).resolves.toMatchObject({ endpoint });
      await expect(runningEngine(link)).resolves.toMatchObject({ endpoint });
      // After a restart of the machine, the port and the process id may be those of another engine.
      writeEngineRecord(dataDir, { endpoint, kind, pid: runIdle(...args(otherDir)) });
      await expect(runningEngine(dataDir)).rejects.toThrow(notRunning);
      writeEngineRecord(dataDir, { endpoint, kind, pid: runIdle(...args(`${dataDir}-2`)) });
      await expect(runningEngine(dataDir)).rejects.toThrow(notRunning);
    },
  );

  it('is ignored if its process is gone', async () => {
    const [dataDir, endpoint] = [tempDir(), await listen()];
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(gone, 'exit');
    writeEngineRecord(dataDir, { endpoint, kind: 'embedded', pid: gone.pid ?? 0 });
    await expect(runningEngine(dataDir)).rejects.toThrow(notRunning);
  });
});

describe('probing', () => {
  it('speaks TLS to an https endpoint', async () => {
    const firstBytes: (number | undefined)[] = [];
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .once('data', (data) => {
          firstBytes.push(data[0]);
          socket.destroy();
        }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await answers(endpoint)).toBe(false);
    // The first byte of a TLS handshake.
    expect(firstBytes).toEqual([0x16]);
    server.close();
  });

  it.each(['ftp://127.0.0.1', 'nonsense', 'http://'])(
    'says in one line that %s is no endpoint',
    async (text) => {
      await expect(answers(text)).rejects.toThrow(/^\S+ is not an http or https URL: give another endpoint$/);
    },
  );
});
