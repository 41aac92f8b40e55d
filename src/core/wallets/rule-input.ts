import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { Fields, given, type Input, isInput } from '../input/fields.ts'
import { readSelection, type SectionSelection } from '../invoice-custom-sections/section-input.ts'
import { Problems } from '../problems.ts'
import { readPaymentMethod } from '../subscriptions/subscription-input.ts'
import { type CreditUnit, centsOfCredits } from './credits.ts'
import { type RecurringRule, RULE_INTERVALS, RULE_METHODS, RULE_TRIGGERS } from './recurring-rule.ts'
import { readTransactionMetadata } from './transaction-metadata.ts'
import type { TopUpLimits } from './wallet.ts'

/** What a request says about a rule; absent keys keep what is stored, or its default. */
export type RuleInput = {
  /** The active rule that is changed; null for a new one. */
  readonly id: string | null
  readonly rule: RuleChange
  /** Which custom sections the invoices of its purchases print; undefined keeps them. */
  readonly sections: SectionSelection | undefined
}

/** A wallet has one rule at most. */
const RULES_MAX = 1
const METADATA_PAIRS_MAX = 5
const TEXT_MAX = 255
/** The first amount of credits that is too large. */
const CREDITS_END = Decimal.of('1e25')

type RuleChange = Partial<RecurringRule> & Pick<RecurringRule, 'trigger' | 'interval' | 'method'>

/**
 * Reads `recurring_transaction_rules` of a wallet; undefined when it is absent or null. Errors are added to `problems`:
 * `invalid_number_of_recurring_rules` for more than one rule, `invalid_recurring_rule` for one that does not hold
 * together (docs/rules/recurring-top-ups.md#a-rule).
 */
export function readRules(raw: unknown, now: Instant, problems: Problems): readonly RuleInput[] | undefined {
  if (raw === undefined || raw === null) return undefined
  const refuse = (code: 'invalid_number_of_recurring_rules' | 'invalid_recurring_rule') => {
    problems.add('recurring_transaction_rules', code)
    return undefined
  }
  if (!Array.isArray(raw)) return refuse('invalid_recurring_rule')
  if (raw.length > RULES_MAX) return refuse('invalid_number_of_recurring_rules')
  const rules = raw.map((each: unknown) => (isInput(each) ? readRule(each, now) : undefined))
  return rules.every((each) => each !== undefined) ? rules : refuse('invalid_recurring_rule')
}

/**
 * Whether the purchases of a rule with a fixed amount are within the limits of the wallet. Those of a target follow the
 * limits by themselves.
 */
export function keepsLimits(
  rule: Pick<RecurringRule, 'method' | 'paidCredits' | 'ignorePaidTopUpLimits'>,
  { minCents, maxCents }: TopUpLimits,
  unit: CreditUnit,
): boolean {
  if (rule.method !== 'fixed' || rule.ignorePaidTopUpLimits || !rule.paidCredits.isPositive()) return true
  const cents = centsOfCredits(rule.paidCredits, unit)
  return (minCents === null || cents >= minCents) && (maxCents === null || cents <= maxCents)
}

function readRule(input: Input, now: Instant): RuleInput | undefined {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const when = readWhen(input)
  const howMuch = when && readHowMuch(input, when)
  const metadata = readTransactionMetadata(input.transaction_metadata, METADATA_PAIRS_MAX)
  const expirationAt = fields.instant('expiration_at')
  const settings = given({
    startedAt: fields.instant('started_at'),
    expirationAt,
    invoiceRequiresSuccessfulPayment: fields.boolean('invoice_requires_successful_payment') ?? undefined,
    ignorePaidTopUpLimits: fields.boolean('ignore_paid_top_up_limits') ?? undefined,
    transactionMetadata: metadata.ok ? metadata.value : undefined,
    transactionName: fields.text('transaction_name', TEXT_MAX),
    purchaseOrderNumber: fields.text('purchase_order_number', TEXT_MAX),
    paymentMethodType: readPaymentMethod(input.payment_method, problems),
  })
  const id = fields.text('lago_id')
  const sections = readSelection(input, problems)
  const isOver = typeof expirationAt === 'number' && expirationAt <= now
  if (!when || !howMuch || !metadata.ok || problems.any || isOver) return undefined
  return { id: id ?? null, rule: { ...when, ...howMuch, ...settings }, sections }
}

type When = Pick<RecurringRule, 'trigger' | 'interval' | 'thresholdCredits'>

/** A known interval, or a threshold in credits. */
function readWhen(input: Input): When | undefined {
  const trigger = RULE_TRIGGERS.find((each) => each === input.trigger)
  if (trigger === 'interval') {
    const interval = RULE_INTERVALS.find((each) => each === input.interval)
    return interval && { trigger, interval, thresholdCredits: Decimal.zero }
  }
  const thresholdCredits = creditsIn(input.threshold_credits)
  return trigger && thresholdCredits && { trigger, interval: null, thresholdCredits }
}

type HowMuch = Pick<
  RuleChange,
  'method' | 'paidCredits' | 'grantedCredits' | 'targetOngoingBalance' | 'grantsTargetTopUp'
>

/** A target that is not below the threshold, or fixed credits of which one at least is an amount. */
function readHowMuch(input: Input, { trigger, thresholdCredits }: When): HowMuch | undefined {
  const method = isAbsent(input.method) ? 'fixed' : RULE_METHODS.find((each) => each === input.method)
  const grants = input.grants_target_top_up
  const paid = creditsIn(input.paid_credits)
  const granted = creditsIn(input.granted_credits)
  const isStated = !isAbsent(input.paid_credits) || !isAbsent(input.granted_credits)
  if (method === undefined || (isStated && !paid && !granted)) return undefined
  if (!isAbsent(grants) && (method !== 'target' || typeof grants !== 'boolean')) return undefined
  const credits = isStated
    ? { paidCredits: paid ?? Decimal.zero, grantedCredits: granted ?? Decimal.zero }
    : {}
  const none = { targetOngoingBalance: null, grantsTargetTopUp: null }
  if (method === 'fixed') return { method, ...credits, ...none }
  const target = creditsIn(input.target_ongoing_balance)
  if (!target || (trigger === 'threshold' && target.compare(thresholdCredits) < 0)) return undefined
  return {
    method,
    ...credits,
    targetOngoingBalance: target,
    grantsTargetTopUp: typeof grants === 'boolean' ? grants : null,
  }
}

/** A text with an amount of credits; undefined for anything else. */
function creditsIn(value: unknown): Decimal | undefined {
  const credits = typeof value === 'string' ? Decimal.parse(value.trim()) : undefined
  return credits && !credits.isNegative() && credits.compare(CREDITS_END) < 0 ? credits : undefined
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
