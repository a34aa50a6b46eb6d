import { InvalidArgumentError } from 'commander';
import { given } from '../backend/config.ts';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../cli/command.ts';
import { say } from '../cli/screen.ts';
import { UserError } from '../cli/user-error.ts';
import { CanaryError, type CanaryOptions, runCanary, type StepDone } from '../lambdas/canary/run-canary.ts';

interface Options {
  readonly to: string;
  readonly handle: string;
  readonly timeout: number;
  readonly json?: boolean;
}

const DEFAULT_URL = 'http://localhost:4567';

/** The command line of `bin/canary`. */
export const script: Script = (streams) =>
  addNotes(
    command(
      streams,
      'canary',
      'Uses a deployment as a user does, and shows how long each step takes: signs in, sends, receives live, reads, deletes.',
      [
        './bin/canary',
        './bin/canary http://localhost:8080 --json',
        'CANARY_TOKEN=… ./bin/canary https://chat.example.com prod',
      ],
    )
      .argument('[url]', `of the deployment (default: ${DEFAULT_URL})`, parseUrl)
      .addArgument(prodArgument())
      .option('--to <handle>', 'the user to write to', 'canary-peer')
      .option('--handle <handle>', 'handle of the canary’s user, if they have no profile yet', 'canary')
      .option('--timeout <seconds>', 'how long a step may take', parseSeconds, 10)
      .option('--json', 'print the steps as JSON')
      .action(async (url: string | undefined, prod: string | undefined, options: Options) => {
        const { to: peer, handle, timeout, json = false } = options;
        const chosen = url ?? DEFAULT_URL;
        if (prod === undefined && !isOnThisMachine(chosen))
          throw new UserError(`${chosen} is not on this machine: add \`prod\` as the last word`);
        const steps: StepDone[] = [];
        const signIn = chooseSignIn({ handle, peer });
        try {
          await runCanary({ url: chosen, signIn, peer, handle, stepMs: timeout * 1_000 }, (done) => {
            steps.push(done);
            if (!json) say(streams.stdout, `${done.step.padEnd(8)} ${Math.round(done.ms)} ms`);
          });
        } catch (error) {
          throw error instanceof CanaryError ? new UserError(error.message, { cause: error }) : error;
        } finally {
          if (json) streams.stdout.write(`${JSON.stringify(steps.map(rounded), null, 2)}\n`);
        }
      }),
    'It signs in with the token in CANARY_TOKEN; or at Cognito as CANARY_USERNAME with CANARY_PASSWORD, CANARY_CLIENT_ID and AWS_REGION, if the app client allows USER_PASSWORD_AUTH; or else at the development issuer of a local run.',
    'It leaves a deleted message in the conversation with the user of --to. The status is 0 only if every step succeeded.',
  );

const rounded = ({ step, ms }: StepDone) => ({ step, ms: Math.round(ms) });

/** @throws UserError if a part of the sign-in at Cognito is missing. */
function chooseSignIn({
  handle,
  peer,
}: {
  readonly handle: string;
  readonly peer: string;
}): CanaryOptions['signIn'] {
  const environment = given(process.env);
  const { CANARY_TOKEN: token, CANARY_USERNAME: username, CANARY_PASSWORD: password } = environment;
  if (token !== undefined) return { kind: 'token', token };
  if (username === undefined) return { kind: 'development', handle, peer };
  const { CANARY_CLIENT_ID: clientId, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if (password === undefined || clientId === undefined || region === undefined)
    throw new UserError(
      'CANARY_USERNAME goes with CANARY_PASSWORD, CANARY_CLIENT_ID and AWS_REGION: set all of them',
    );
  return { kind: 'cognito', username, password, clientId, region };
}

function isOnThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\]|[\w-]+\.localhost)$/.test(new URL(url).hostname);
}

function parseUrl(text: string): string {
  if (text === 'prod') throw new InvalidArgumentError('the URL comes before prod');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return text;
  throw new InvalidArgumentError('it must be an http or https URL');
}

function parseSeconds(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('it must be a whole number of seconds, up to 999');
}

await runAsProgram(import.meta.url, script);
