import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An STS that gives every caller this identity, and the environment in which a script reaches this STS and no further. */
export async function withCaller(
  arn: string,
  task: (env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const sts = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/xml' }).end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
        <Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  }).listen(0, '127.0.0.1');
  await once(sts, 'listening');
  try {
    await task({
      AWS_ENDPOINT_URL: '',
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE1234',
      AWS_SECRET_ACCESS_KEY: 'hush',
      AWS_SESSION_TOKEN: 'hush',
    });
  } finally {
    sts.closeAllConnections();
    sts.close();
  }
}
