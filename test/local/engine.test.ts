import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
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
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();
const logger = createLogger('silent');

describe('choosing', () => {
  const machine = (binary: string | undefined, docker: boolean) => ({
    embeddedBinary: () => binary,
    dockerAnswers: () => Promise.resolve(docker),
  });

  it('takes the embedded engine where it is installed, Docker elsewhere, and else names the three ways', async () => {
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
    const nameOf = (dataDir: string) => /--name (\S+)/.exec(dockerEngine(dataDir).args(1).join(' '))?.[1];
    expect(nameOf('/data')).toBe(nameOf('/data'));
    expect(nameOf('/data')).not.toBe(nameOf('/other'));
  });
});

describe('the embedded engine', () => {
  const program = (dataDir: string) => embeddedEngine(embeddedBinary() ?? '', dataDir);

  it('is found by others while it runs, started again on its port when it dies, and gone after stop', async () => {
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

  it('is not started any more once it was stopped', async () => {
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
    const run = (dir: string, port: number) =>
      spawn(program(dir).file, program(dir).args(port), { stdio: 'ignore' });
    const [orphan, other] = [run(dataDir, orphanPort), run(otherDir, otherPort)];
    try {
      await eventually(() => answers(`http://127.0.0.1:${orphanPort}`));
      await eventually(() => answers(`http://127.0.0.1:${otherPort}`));
      await program(dataDir).endOrphans();
      expect(isAlive(orphan.pid ?? 0)).toBe(false);
      expect(isAlive(other.pid ?? 0)).toBe(true);
    } finally {
      orphan.kill('SIGKILL');
      other.kill('SIGKILL');
    }
  });

  it('is not believed in when its record is stale', async () => {
    const dataDir = tempDir();
    writeEngineRecord(dataDir, { endpoint: 'http://127.0.0.1:9', kind: 'embedded', pid: 1 });
    await expect(runningEngine(dataDir)).rejects.toThrow(/no engine is running/);
  });
});
