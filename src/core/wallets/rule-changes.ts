import { Decimal } from '../amounts/decimal.ts'
import type { RecurringRule } from './recurring-rule.ts'
import type { RuleInput } from './rule-input.ts'

/** What a new rule takes over from its wallet. */
export type RuleDefaults = Pick<
  RecurringRule,
  | 'paidCredits'
  | 'grantedCredits'
  | 'invoiceRequiresSuccessfulPayment'
  | 'paymentMethodType'
  | 'paymentMethodId'
>

/** A new rule: a fixed one without credits of its own repeats those that its wallet begins with. */
export function newRule({ rule }: RuleInput, defaults: RuleDefaults): RecurringRule {
  const isFixed = rule.method === 'fixed'
  return {
    paidCredits: isFixed ? defaults.paidCredits : Decimal.zero,
    grantedCredits: isFixed ? defaults.grantedCredits : Decimal.zero,
    invoiceRequiresSuccessfulPayment: defaults.invoiceRequiresSuccessfulPayment,
    paymentMethodType: defaults.paymentMethodType,
    paymentMethodId: defaults.paymentMethodId,
    thresholdCredits: Decimal.zero,
    targetOngoingBalance: null,
    grantsTargetTopUp: null,
    startedAt: null,
    expirationAt: null,
    ignorePaidTopUpLimits: false,
    transactionMetadata: [],
    transactionName: null,
    purchaseOrderNumber: null,
    ...rule,
  }
}

/** A rule after a change: what the request does not say stays. */
export function changedRule(stored: RecurringRule, { rule }: RuleInput): RecurringRule {
  return { ...stored, ...rule }
}
