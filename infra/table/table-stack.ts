import { CfnDeletionPolicy, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnGlobalTable, CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { Backups } from './backups.ts';
import { scaleTable } from './scaling.ts';
import { globalTableProperties, tableProperties } from './table-properties.ts';

/** Values that only the table's creation gives. */
export interface CreatedTable {
  readonly streamArn: string;
  /** Absent: AWS owns the key, which needs no permission. */
  readonly keyArn?: string;
  /** Encrypts texts. Absent: texts are not encrypted by the API. */
  readonly textKeyArn?: string;
}

/** The table with its key and its backups: they remain when everything else is deleted. */
export class TableStack extends Stack implements CreatedTable {
  readonly streamArn: string;
  readonly keyArn?: string;
  readonly textKeyArn?: string;

  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const { settings } = props;
    const key = settings.encryptionKey === 'customer-managed' ? this.#createKey() : undefined;
    if (key) this.keyArn = key.keyArn;
    const textKey = settings.textEncryption === 'none' ? undefined : this.#createTextKey(settings);
    if (textKey) this.textKeyArn = textKey.keyArn;
    const table = this.#createTable(settings, key?.keyArn);
    table.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
    table.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    this.streamArn = table.attrStreamArn;
    if (settings.billing === 'provisioned') scaleTable(this, table.ref, settings);
    new Backups(this, 'Backups', { tableArn: table.attrArn });
    new CfnOutput(this, 'TableName', { value: table.ref });
    new CfnOutput(this, 'TableArn', { value: table.attrArn });
    new CfnOutput(this, 'TableStreamArn', { value: table.attrStreamArn });
    if (key) new CfnOutput(this, 'TableKeyArn', { value: key.keyArn });
    if (textKey) new CfnOutput(this, 'TextKeyArn', { value: textKey.keyArn });
  }

  #createKey(): Key {
    return new Key(this, 'Key', {
      description: 'Encrypts the messages table',
      alias: 'cruddur-messages',
      enableKeyRotation: true,
      // Without its key, the table cannot be read.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  #createTextKey({ standbyRegion }: Settings): Key {
    return new Key(this, 'TextKey', {
      description: 'Encrypts the texts of messages',
      alias: 'cruddur-message-texts',
      enableKeyRotation: true,
      // In another region, only a replica of the key can decrypt the texts.
      ...(standbyRegion !== undefined && { multiRegion: true }),
      // Without this key, the texts cannot be read.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  #createTable(settings: Settings, keyArn: string | undefined): CfnTable | CfnGlobalTable {
    const { standbyRegion, standbyKeyArn } = settings;
    if (standbyRegion === undefined) return new CfnTable(this, 'Table', tableProperties(settings, keyArn));
    const here = { region: this.region, keyArn };
    const standby = { region: standbyRegion, keyArn: standbyKeyArn };
    return new CfnGlobalTable(this, 'Table', globalTableProperties(settings, here, standby));
  }
}
