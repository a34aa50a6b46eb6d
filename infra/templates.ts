import { daxRoleTemplate } from './dax-role-template.ts';
import { onPremisesTemplate } from './on-premises-template.ts';
import { permissionsBoundaryTemplate } from './permissions-boundary.ts';
import { readerRoleTemplate } from './reader-role-template.ts';
import { serviceControlPolicy } from './service-control-policy.ts';
import { plainTableTemplate } from './table/plain-template.ts';

/** Files that are used without the CDK, and are kept next to its code. */
export const TEMPLATES = [
  { path: 'infra/templates/table.json', text: jsonText(plainTableTemplate()) },
  { path: 'infra/templates/permissions-boundary.json', text: jsonText(permissionsBoundaryTemplate()) },
  { path: 'infra/templates/reader-role.json', text: jsonText(readerRoleTemplate()) },
  { path: 'infra/templates/dax-role.json', text: jsonText(daxRoleTemplate()) },
  { path: 'infra/templates/on-premises.json', text: jsonText(onPremisesTemplate()) },
  {
    path: 'infra/templates/service-control-policy.json',
    text: jsonText(serviceControlPolicy(['eu-west-1'])),
  },
] as const;

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
