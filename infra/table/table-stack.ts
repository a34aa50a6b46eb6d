import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnGlobalTable } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { shareValue } from '../shared-values.ts';
import { Backups } from './backups.ts';
import { tableKeyPolicy, textKeyPolicy } from './key-policy.ts';
import { tableProperties } from './table-properties.ts';
import { watchThrottledKeys } from './throttled-keys.ts';

/** The table with its key and its backups: they remain when everything else is deleted. */
export class TableStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const { settings } = props;
    const key = settings.encryptionKey === 'customer-managed' ? this.#createKey(settings) : undefined;
    const textKey = settings.textEncryption === 'none' ? undefined : this.#createTextKey(settings);
    const table = this.#createTable(settings, key?.keyArn);
    // A first deployment that fails removes the table that it created: its name would stop the next one.
    table.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    if (settings.contributorInsights) watchThrottledKeys(table);
    new Backups(this, 'Backups', { tableArn: table.attrArn, prefix: settings.prefix });
    shareValue(this, settings, 'table-stream-arn', table.attrStreamArn);
    if (key) shareValue(this, settings, 'table-key-arn', key.keyArn);
    if (textKey) shareValue(this, settings, 'text-key-arn', textKey.keyArn);
    new CfnOutput(this, 'TableName', { value: table.ref });
    new CfnOutput(this, 'TableArn', { value: table.attrArn });
    new CfnOutput(this, 'TableStreamArn', { value: table.attrStreamArn });
    if (key) new CfnOutput(this, 'TableKeyArn', { value: key.keyArn });
    if (textKey) new CfnOutput(this, 'TextKeyArn', { value: textKey.keyArn });
  }

  #createKey({ prefix }: Settings): Key {
    return new Key(this, 'Key', {
      description: 'Encrypts the messages table',
      policy: tableKeyPolicy(this),
      alias: `${prefix}-table`,
      enableKeyRotation: true,
      // Without its key, the table cannot be read.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  #createTextKey(settings: Settings): Key {
    const { prefix } = settings;
    return new Key(this, 'TextKey', {
      description: 'Encrypts the texts of messages',
      policy: textKeyPolicy(this, settings),
      alias: `${prefix}-texts`,
      enableKeyRotation: true,
      // In another region, only a replica of the key can decrypt the texts. A key cannot become one of several regions later.
      multiRegion: true,
      // Without this key, the texts cannot be read.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  #createTable(settings: Settings, keyArn: string | undefined): CfnGlobalTable {
    const { standbyRegion, standbyKeyArn } = settings;
    const here = { region: this.region, keyArn };
    const standby = standbyRegion === undefined ? [] : [{ region: standbyRegion, keyArn: standbyKeyArn }];
    return new CfnGlobalTable(this, 'Table', tableProperties(settings, [here, ...standby]));
  }
}
