import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { Construct } from 'constructs';

/** Per cent of the month's budget: actual and forecast costs. */
const SPENT = 80;
const FORESEEN = 100;

/** Sends an e-mail when the account is going to cost more than planned, which also reveals misuse. */
export function createBudget(scope: Construct, monthlyUsd: number, email: string): void {
  const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: {
      notificationType,
      threshold,
      thresholdType: 'PERCENTAGE',
      comparisonOperator: 'GREATER_THAN',
    },
    subscribers: [{ subscriptionType: 'EMAIL', address: email }],
  });
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
    },
    notificationsWithSubscribers: [notify('ACTUAL', SPENT), notify('FORECASTED', FORESEEN)],
  });
}
