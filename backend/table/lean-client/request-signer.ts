import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { getCanonicalHeaders, SignatureV4, type SignatureV4CryptoInit } from '@smithy/signature-v4';
import type {
  AwsCredentialIdentity,
  HttpRequest,
  RequestSigner,
  RequestSigningArguments,
} from '@smithy/types';

type Headers = Readonly<Record<string, string>>;

interface SignerOptions extends SignatureV4CryptoInit {
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly region: () => Promise<string>;
}

/**
 * Signs requests as the SDK's signer does (AWS Signature Version 4), byte for byte, in less time: it hashes in one call of
 * Node's, and keeps the signing key, which changes with the day and the credentials, and the order of the headers. A
 * request that is unlike those to a table (another path, a query, a stream) is left to the SDK's signer.
 *
 * No method pauses between checking what it kept and using it, so concurrent requests cannot mix keys and scopes.
 */
export class LeanSigner implements RequestSigner {
  readonly #options: SignerOptions;
  readonly #official: SignatureV4;
  #kept: { readonly secret: string; readonly scope: string; readonly key: KeyObject } | undefined;
  #order: { readonly of: string; readonly signed: readonly string[]; readonly text: string } | undefined;

  constructor(options: SignerOptions) {
    this.#options = options;
    this.#official = new SignatureV4({ ...options, service: 'dynamodb' });
  }

  async sign(request: HttpRequest, options: RequestSigningArguments = {}): Promise<HttpRequest> {
    const { signingDate, signingService = 'dynamodb' } = options;
    const body = request.body as unknown;
    if (!(signingDate instanceof Date) || !(body instanceof Uint8Array) || !isUsual(request)) {
      return this.#official.sign(request, options);
    }
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#options.credentials();
    const region = options.signingRegion ?? (await this.#options.region());
    const time = timeText(signingDate);
    const scope = `${time.slice(0, 8)}/${region}/${signingService}/aws4_request`;
    const payload = hash('sha256', body, 'hex');
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-date': time,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
      'x-amz-content-sha256': payload,
    };
    const { signed, text } = this.#orderOf(headers);
    let lines = '';
    for (const name of signed) lines += `${name.toLowerCase()}:${canonical(headers[name] ?? '')}\n`;
    const canonicalHash = hash('sha256', `${request.method}\n/\n\n${lines}\n${text}\n${payload}`, 'hex');
    const signature = hmac(
      this.#keyOf(secretAccessKey, scope),
      `AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonicalHash}`,
    ).toString('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${text}, Signature=${signature}`;
    return { ...request, headers };
  }

  #keyOf(secret: string, scope: string): KeyObject {
    if (this.#kept?.scope !== scope || this.#kept.secret !== secret) {
      const derived = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
      // A key object: Node needs longer than the hash itself to make one of bytes.
      this.#kept = { secret, scope, key: createSecretKey(derived as Buffer) };
    }
    return this.#kept.key;
  }

  /** Which headers are signed is the SDK's to say. All requests have the same ones, apart from their values. */
  #orderOf(headers: Headers): { readonly signed: readonly string[]; readonly text: string } {
    const of = Object.keys(headers).join();
    if (this.#order?.of !== of) {
      const names = Object.keys(getCanonicalHeaders({ headers } as HttpRequest)).sort();
      const signed = names.map(
        (name) => Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name,
      );
      this.#order = { of, signed, text: names.join(';') };
    }
    return this.#order;
  }
}

function isUsual({ path, query, headers }: HttpRequest): boolean {
  return path === '/' && Object.keys(query ?? {}).length === 0 && !('x-amz-content-sha256' in headers);
}

/** `20260131T235959Z`. */
function timeText(date: Date): string {
  const text = date.toISOString();
  const part = (from: number, to: number) => text.slice(from, to);
  return `${part(0, 4)}${part(5, 7)}${part(8, 13)}${part(14, 16)}${part(17, 19)}Z`;
}

/** A header's text as it is signed: white space counts once. */
function canonical(text: string): string {
  if (!/[\r\n\t]|^ | {2}| $/.test(text)) return text;
  return text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
