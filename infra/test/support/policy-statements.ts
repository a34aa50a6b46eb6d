import * as z from 'zod';

const oneOrMore = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);

/** A statement of a policy, with lists where the template may have one value. */
export const statement = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown().optional(),
  Action: oneOrMore.default([]),
  Resource: oneOrMore.default([]),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type Statement = z.output<typeof statement>;

export const policyDocument = z.object({ Statement: z.array(statement) });

/** Returns the services that a statement names as principals. */
export function servicesOf({ Principal }: Statement): readonly string[] {
  const { Service } = z
    .looseObject({ Service: oneOrMore.default([]) })
    .catch({ Service: [] })
    .parse(Principal);
  return z.array(z.string()).parse(Service);
}

/** The name of the resource that a value of a template refers to; undefined if it refers to none. */
export function referredTo(value: unknown): string | undefined {
  const reference = z.union([
    z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
    z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => one['Fn::GetAtt'][0]),
  ]);
  return reference.safeParse(value).data;
}
