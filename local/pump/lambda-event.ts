import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import { toImage } from '../../backend/table/json-image.ts';
import { passesStreamFilter } from '../../schema/stream-filter.ts';

/** Whether a record passes the event source's filter. */
export function passesFilter({ eventName, dynamodb }: _Record): boolean {
  return passesStreamFilter(eventName, dynamodb?.Keys?.['sk']?.S ?? '');
}

/** The embedded engine names a stream by the time of its creation, in seconds since 1970. Other engines write a date. */
const CREATED_AT = /\/stream\/(\d+)\.\d+$/;

/**
 * Whether a record is of an earlier table of the same name. The embedded engine keeps the records of a table that was
 * dropped, and its successor's stream begins with them. The new table's logs are others: the old records would raise their
 * summaries for ever. Records have whole seconds: those of the second in which the stream was created count as its own.
 */
export function isOfDroppedTable({ dynamodb }: _Record, streamArn: string): boolean {
  const [, createdAt] = CREATED_AT.exec(streamArn) ?? [];
  const at = dynamodb?.ApproximateCreationDateTime;
  return createdAt !== undefined && at !== undefined && at.getTime() < Number(createdAt) * 1_000;
}

/** A stream's record in the shape in which Lambda passes it to a function. */
export function toLambdaRecord(record: _Record, streamArn: string): DynamoDBRecord {
  const { eventID, eventName, eventVersion, eventSource, awsRegion, dynamodb } = record;
  return defined({
    eventID,
    eventName,
    eventVersion,
    eventSource: eventSource ?? 'aws:dynamodb',
    awsRegion,
    dynamodb: dynamodb && toStreamRecord(dynamodb),
    eventSourceARN: streamArn,
    userIdentity: record.userIdentity && {
      principalId: record.userIdentity.PrincipalId,
      type: record.userIdentity.Type,
    },
  });
}

function toStreamRecord(data: NonNullable<_Record['dynamodb']>): StreamRecord {
  const { ApproximateCreationDateTime: created, Keys, NewImage, OldImage } = data;
  return defined({
    ApproximateCreationDateTime: created && Math.floor(created.getTime() / 1_000),
    Keys: Keys && toImage(Keys),
    NewImage: NewImage && toImage(NewImage),
    OldImage: OldImage && toImage(OldImage),
    SequenceNumber: data.SequenceNumber,
    SizeBytes: data.SizeBytes,
    StreamViewType: data.StreamViewType,
  });
}

/** Keeps the properties of an object that have a value. */
type Defined<Value extends object> = {
  [Name in keyof Value as undefined extends Value[Name] ? never : Name]: Value[Name];
} & {
  [Name in keyof Value as undefined extends Value[Name] ? Name : never]?: Exclude<Value[Name], undefined>;
};

/** Removes undefined values, which Lambda's JSON does not have. */
function defined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined),
  ) as Defined<Value>;
}
