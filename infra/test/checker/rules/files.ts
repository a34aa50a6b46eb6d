import { UPLOADS_KEPT_DAYS } from '../../../../backend/files/file-store.ts';
import type { Deployment } from '../../support/variants.ts';
import { policyDocument, referredTo, type Statement } from '../../support/policy-statements.ts';
import { at, except, find, type Found, list, type Rule, text } from '../rule.ts';

/* Buckets: what they hold is closed to everyone but the roles that need it, and goes away when it should. */

const BUCKET = 'AWS::S3::Bucket';
const POLICY = 'AWS::S3::BucketPolicy';

/** The bucket of the files of messages: the only one that browsers talk to. */
const filesIn = (deployment: Deployment) =>
  find(deployment, BUCKET).filter(({ id }) => id.startsWith('FilesBucket'));
const logsOf = (deployment: Deployment) =>
  find(deployment, BUCKET).filter(({ id }) => id.startsWith('FilesAccessLog'));

const isOf = (bucket: Found) => (other: Found) =>
  other.stack.name === bucket.stack.name && referredTo(other.properties['Bucket']) === bucket.id;

/** The policies of buckets. */
const policiesOf = (deployment: Deployment, buckets: readonly Found[]) =>
  buckets.flatMap((bucket) => find(deployment, POLICY).filter(isOf(bucket)));

/** The statements of a bucket's policy; none, if it has no policy. */
function statementsOf(deployment: Deployment, bucket: Found): readonly Statement[] {
  return policiesOf(deployment, [bucket]).flatMap(
    ({ properties }) => policyDocument.parse(properties['PolicyDocument']).Statement,
  );
}

/** Whether a policy denies each action of everyone, on the bucket and on its objects, where a condition is true. */
function deniesAll(statements: readonly Statement[], condition: unknown): boolean {
  return statements.some(
    ({ Effect, Action, Resource, Principal, Condition }) =>
      Effect === 'Deny' &&
      text(Action) === '["s3:*"]' &&
      ['"*"', '{"AWS":"*"}'].includes(text(Principal)) &&
      Resource.some((one) => referredTo(one) !== undefined) &&
      Resource.some((one) => text(one).includes('"/*"')) &&
      text(Condition) === text(condition),
  );
}

/** The statements of all roles that allow something on a bucket or on its objects. */
function allowedOn(deployment: Deployment, bucket: Found) {
  return find(deployment, 'AWS::IAM::Role', 'AWS::IAM::Policy')
    .flatMap(({ id, properties }) =>
      [...list(properties['Policies']).map((one) => at(one, 'PolicyDocument')), properties['PolicyDocument']]
        .filter((document) => document !== undefined)
        .flatMap((document) => policyDocument.parse(document).Statement)
        .map((one) => ({ role: id, ...one })),
    )
    .filter(({ Effect, Action }) => Effect === 'Allow' && Action.some((one) => /^(s3:|\*)/.test(String(one))))
    .filter(({ Resource }) => Resource.some((one) => one === '*' || text(one).includes(`"${bucket.id}"`)));
}

/** Which actions each role has below each prefix; on the bucket itself, without one. */
const PREFIXES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ApiTaskRole: {
    'uploads/*': ['s3:GetObject', 's3:PutObject'],
    'files/*': ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    '': ['s3:ListBucket'],
  },
  FilesRemoverRole: { 'uploads/*': ['s3:DeleteObject'], 'files/*': ['s3:DeleteObject'] },
};

/** A resource of a statement without the bucket's ARN: what follows it. */
function prefixIn(resource: unknown, bucket: Found): string | undefined {
  if (referredTo(resource) === bucket.id) return '';
  const parts = list(at(resource, 'Fn::Join', 1));
  const [arn, rest] = parts;
  return parts.length === 2 && referredTo(arn) === bucket.id ? String(rest).replace(/^\//, '') : undefined;
}

/** What roles may do with a bucket's objects otherwise than `PREFIXES` says. */
function widerThanPrefixes(deployment: Deployment, bucket: Found): string[] {
  const allowed = allowedOn(deployment, bucket).flatMap(({ role, Action, Resource }) =>
    Resource.flatMap((resource) => {
      const prefix = prefixIn(resource, bucket);
      return Action.map((action) => ({
        role: role.replace(/[0-9A-F]{8}$/, ''),
        action: String(action),
        prefix,
      }));
    }),
  );
  return allowed
    .filter(({ role, action, prefix }) => prefix === undefined || !PREFIXES[role]?.[prefix]?.includes(action))
    .map(({ role, action, prefix }) => `${role}: ${action} on ${prefix ?? 'more than a prefix'}`);
}

/** Changes the properties of the first of these resources. */
function changeOne(found: readonly Found[], edit: (properties: Record<string, unknown>) => void): void {
  const [first] = found;
  if (!first) throw new Error('nothing to break');
  edit(first.properties);
}

/** What the screens do: show a file, and post a form. */
const BROWSER_METHODS = ['GET', 'HEAD', 'POST'];
const CLOSED = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

export const FILES: readonly Rule[] = [
  {
    sentence: 'no bucket can be made public, by an access list or by a policy',
    violations: (deployment) =>
      except(find(deployment, BUCKET), (bucket) => {
        const { properties } = bucket;
        const isClosed = CLOSED.every(
          (name) => at(properties, 'PublicAccessBlockConfiguration', name) === true,
        );
        const allowsServices = statementsOf(deployment, bucket)
          .filter(({ Effect }) => Effect === 'Allow')
          .every(
            ({ Principal }) => at(Principal, 'Service') !== undefined && at(Principal, 'AWS') === undefined,
          );
        return isClosed && properties['AccessControl'] === undefined && allowsServices;
      }),
    break: (deployment) =>
      changeOne(logsOf(deployment), (properties) =>
        Object.assign(properties['PublicAccessBlockConfiguration'] as object, { BlockPublicPolicy: false }),
      ),
  },
  {
    sentence: 'no bucket answers a request without TLS, and that of files none with a TLS older than 1.2',
    violations: (deployment) => {
      const files = [...filesIn(deployment), ...logsOf(deployment)].map(({ id }) => id);
      return except(find(deployment, BUCKET), (bucket) => {
        const statements = statementsOf(deployment, bucket);
        return (
          deniesAll(statements, { Bool: { 'aws:SecureTransport': 'false' } }) &&
          (!files.includes(bucket.id) || deniesAll(statements, { NumericLessThan: { 's3:TlsVersion': 1.2 } }))
        );
      });
    },
    break: (deployment) =>
      changeOne(policiesOf(deployment, filesIn(deployment)), (properties) => {
        const { Statement } = policyDocument.parse(properties['PolicyDocument']);
        const onObjects = Statement.map((one) => ({ ...one, Resource: one.Resource.slice(1) }));
        properties['PolicyDocument'] = { Statement: onObjects };
      }),
  },
  {
    sentence: 'every bucket encrypts what it stores',
    violations: (deployment) =>
      except(find(deployment, BUCKET), ({ properties }) =>
        list(at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration')).some(
          (one) => at(one, 'ServerSideEncryptionByDefault', 'SSEAlgorithm') !== undefined,
        ),
      ),
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => delete properties['BucketEncryption']),
  },
  {
    sentence:
      'the bucket of files has no access lists: an object belongs to the account, whoever’s form uploaded it',
    violations: (deployment) =>
      except([...filesIn(deployment), ...logsOf(deployment)], ({ properties }) =>
        list(at(properties, 'OwnershipControls', 'Rules')).every(
          (rule) => at(rule, 'ObjectOwnership') === 'BucketOwnerEnforced',
        ),
      ),
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => {
        properties['OwnershipControls'] = { Rules: [{ ObjectOwnership: 'ObjectWriter' }] };
      }),
  },
  {
    sentence:
      'the bucket of files exists with its setting, and only the pages of the screens’ origin may read and post in it',
    violations: (deployment) => {
      const { settings } = deployment;
      const buckets = filesIn(deployment);
      return [
        ...(buckets.length === (settings.files ? 1 : 0) ? [] : [`${buckets.length} buckets of files`]),
        ...except(find(deployment, BUCKET), (bucket) => {
          const rules = list(at(bucket.properties, 'CorsConfiguration', 'CorsRules'));
          if (!buckets.some(({ id }) => id === bucket.id)) return rules.length === 0;
          return (
            rules.length > 0 &&
            rules.every(
              (rule) =>
                text(at(rule, 'AllowedOrigins')) === text([`https://${settings.domain}`]) &&
                list(at(rule, 'AllowedMethods')).every((method) => BROWSER_METHODS.includes(String(method))),
            )
          );
        }),
      ];
    },
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => {
        properties['CorsConfiguration'] = { CorsRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }] };
      }),
  },
  {
    sentence:
      'what was uploaded and not sent expires after its days, and nothing else of the bucket of files does',
    violations: (deployment) =>
      except(filesIn(deployment), ({ properties }) => {
        const rules = list(at(properties, 'LifecycleConfiguration', 'Rules'));
        const [rule] = rules;
        return (
          rules.length === 1 &&
          text([at(rule, 'Status'), at(rule, 'Prefix'), at(rule, 'ExpirationInDays')]) ===
            text(['Enabled', 'uploads/', UPLOADS_KEPT_DAYS])
        );
      }),
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => {
        const rule = { Status: 'Enabled', Prefix: '', ExpirationInDays: UPLOADS_KEPT_DAYS };
        properties['LifecycleConfiguration'] = { Rules: [rule] };
      }),
  },
  {
    sentence: 'a deleted file is gone: the bucket of files keeps no versions, and locks no objects',
    violations: (deployment) =>
      except(
        filesIn(deployment),
        ({ properties }) =>
          properties['VersioningConfiguration'] === undefined && properties['ObjectLockEnabled'] !== true,
      ),
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => {
        properties['VersioningConfiguration'] = { Status: 'Enabled' };
      }),
  },
  {
    sentence:
      'each request for a file is in the access log, which S3 may write and which is kept as long as other logs',
    violations: (deployment) =>
      except(filesIn(deployment), (bucket) => {
        const target = at(bucket.properties, 'LoggingConfiguration', 'DestinationBucketName');
        const log = logsOf(deployment).find(({ id }) => id === referredTo(target));
        if (!log) return false;
        const days = list(at(log.properties, 'LifecycleConfiguration', 'Rules')).map((rule) =>
          at(rule, 'ExpirationInDays'),
        );
        const allowed = statementsOf(deployment, log).filter(({ Effect }) => Effect === 'Allow');
        return (
          text(days) === text([deployment.settings.logDays]) &&
          allowed.length === 1 &&
          allowed.every(
            ({ Action, Principal, Condition }) =>
              text(Action) === '["s3:PutObject"]' &&
              at(Principal, 'Service') === 'logging.s3.amazonaws.com' &&
              referredTo(at(Condition, 'ArnLike', 'aws:SourceArn')) === bucket.id &&
              at(Condition, 'StringEquals', 'aws:SourceAccount') !== undefined,
          )
        );
      }),
    break: (deployment) =>
      changeOne(filesIn(deployment), (properties) => delete properties['LoggingConfiguration']),
  },
  {
    sentence:
      'a role may do with files what it does, below the prefixes where it does it, and no other role anything',
    violations: (deployment) =>
      filesIn(deployment).flatMap((bucket) => widerThanPrefixes(deployment, bucket)),
    break: (deployment) => {
      const [bucket] = filesIn(deployment);
      const roles = find(deployment, 'AWS::IAM::Role').filter(({ id }) => id.startsWith('FilesRemoverRole'));
      changeOne(roles, (properties) => {
        const wide = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket?.id, 'Arn'] }, '/*']] };
        const Statement = [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: wide }];
        properties['Policies'] = [...list(properties['Policies']), { PolicyDocument: { Statement } }];
      });
    },
  },
];
