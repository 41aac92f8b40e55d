import type { Wallet } from '../../api/types.ts'
import { formatUnits, toMajor, toMinor } from '../../format/money.ts'

export type RuleValues = {
  readonly lago_id: string | null
  readonly trigger: string
  readonly interval: string
  readonly started_at: string
  readonly threshold_credits: string
  readonly method: string
  readonly paid_credits: string
  readonly granted_credits: string
  readonly target_ongoing_balance: string
  readonly grants_target_top_up: boolean
}

/** The kinds of fees that a wallet may be limited to. */
export const FEE_TYPES = [
  { value: 'subscription', label: 'Base fees' },
  { value: 'charge', label: 'Usage charges' },
  { value: 'fixed_charge', label: 'Fixed charges' },
  { value: 'commitment', label: 'Minimum commitments' },
]

export type WalletValues = {
  external_customer_id: string
  name: string
  code: string
  currency: string
  rate_amount: string
  priority: string
  expiration_at: string
  paid_credits: string
  granted_credits: string
  invoice_requires_successful_payment: boolean
  min: string
  max: string
  fee_types: readonly string[]
  billable_metric_codes: readonly string[]
  rule: RuleValues | null
}

export const NEW_RULE: RuleValues = {
  lago_id: null,
  trigger: 'threshold',
  interval: 'monthly',
  started_at: '',
  threshold_credits: '',
  method: 'fixed',
  paid_credits: '',
  granted_credits: '',
  target_ongoing_balance: '',
  grants_target_top_up: false,
}

/** An empty form. */
export const newWallet = (customer: string, currency: string): WalletValues => ({
  external_customer_id: customer,
  name: '',
  code: '',
  currency,
  rate_amount: '1',
  priority: '50',
  expiration_at: '',
  paid_credits: '',
  granted_credits: '',
  invoice_requires_successful_payment: false,
  min: '',
  max: '',
  fee_types: [],
  billable_metric_codes: [],
  rule: null,
})

const short = (credits: string | null | undefined): string => (credits ?? '').replace(/\.0+$/, '')
const nonZero = (credits: string): string => (/^0*$/.test(short(credits)) ? '' : short(credits))
const majorOr = (cents: number | null, currency: string) => (cents === null ? '' : toMajor(cents, currency))

function ruleOf(rule: Wallet['recurring_transaction_rules'][number]): RuleValues {
  return {
    lago_id: rule.lago_id,
    trigger: rule.trigger,
    interval: rule.interval ?? 'monthly',
    started_at: rule.started_at?.slice(0, 10) ?? '',
    threshold_credits: nonZero(rule.threshold_credits),
    method: rule.method,
    paid_credits: nonZero(rule.paid_credits),
    granted_credits: nonZero(rule.granted_credits),
    target_ongoing_balance: short(rule.target_ongoing_balance),
    grants_target_top_up: rule.grants_target_top_up ?? false,
  }
}

/** A stored wallet as the form shows it. */
export function valuesOfWallet(wallet: Wallet): WalletValues {
  const [rule] = wallet.recurring_transaction_rules.filter(({ status }) => status === 'active')
  return {
    ...newWallet(wallet.external_customer_id, wallet.currency),
    name: wallet.name ?? '',
    code: wallet.code,
    rate_amount: short(wallet.rate_amount),
    priority: String(wallet.priority),
    expiration_at: wallet.expiration_at?.slice(0, 10) ?? '',
    invoice_requires_successful_payment: wallet.invoice_requires_successful_payment,
    min: majorOr(wallet.paid_top_up_min_amount_cents, wallet.currency),
    max: majorOr(wallet.paid_top_up_max_amount_cents, wallet.currency),
    fee_types: wallet.applies_to.fee_types,
    billable_metric_codes: wallet.applies_to.billable_metric_codes,
    rule: rule ? ruleOf(rule) : null,
  }
}

/** A recurring top-up as the API takes it: only the keys of its trigger and method. */
export function ruleBody(rule: RuleValues) {
  const isTarget = rule.method === 'target'
  return {
    ...(rule.lago_id ? { lago_id: rule.lago_id } : {}),
    trigger: rule.trigger,
    ...(rule.trigger === 'interval'
      ? {
          interval: rule.interval,
          ...(rule.started_at ? { started_at: `${rule.started_at}T00:00:00Z` } : {}),
        }
      : { threshold_credits: rule.threshold_credits }),
    method: rule.method,
    ...(isTarget
      ? {
          target_ongoing_balance: rule.target_ongoing_balance,
          grants_target_top_up: rule.grants_target_top_up,
        }
      : { paid_credits: rule.paid_credits || '0', granted_credits: rule.granted_credits || '0' }),
  }
}

/** The request body of what is typed; what is fixed after creation only for a new wallet. */
export function walletBody(values: WalletValues, isNew: boolean) {
  const { currency } = values
  const limit = (text: string) => (text === '' ? null : toMinor(text, currency))
  return {
    ...(isNew
      ? {
          external_customer_id: values.external_customer_id.trim(),
          rate_amount: values.rate_amount,
          currency,
          paid_credits: values.paid_credits || '0',
          granted_credits: values.granted_credits || '0',
        }
      : {}),
    name: values.name.trim() || null,
    ...(values.code ? { code: values.code.trim() } : {}),
    priority: Number(values.priority),
    expiration_at: values.expiration_at === '' ? null : `${values.expiration_at}T23:59:59Z`,
    invoice_requires_successful_payment: values.invoice_requires_successful_payment,
    paid_top_up_min_amount_cents: limit(values.min),
    paid_top_up_max_amount_cents: limit(values.max),
    applies_to: { fee_types: values.fee_types, billable_metric_codes: values.billable_metric_codes },
    recurring_transaction_rules: values.rule ? [ruleBody(values.rule)] : [],
  }
}

const CREDITS = /^\d{1,15}(\.\d{1,5})?$/

/** Whether a text is a number of credits; empty counts as none. */
export const isCredits = (text: string): boolean => text === '' || CREDITS.test(text)
const isSome = (text: string): boolean => CREDITS.test(text) && Number(text) > 0

const CREDITS_TEXT = 'Enter credits, with up to 5 digits after the point.'

function checkRule(rule: RuleValues): Record<string, string | undefined> {
  const isTarget = rule.method === 'target'
  const isThreshold = rule.trigger === 'threshold'
  const isAboveThreshold =
    !isThreshold || Number(rule.target_ongoing_balance) > Number(rule.threshold_credits || 0)
  return {
    rule_threshold_credits:
      isThreshold && !isSome(rule.threshold_credits) ? 'Enter credits above zero.' : undefined,
    rule_target_ongoing_balance:
      isTarget && !isSome(rule.target_ongoing_balance)
        ? 'Enter credits above zero.'
        : isTarget && !isAboveThreshold
          ? 'The target must be above the threshold.'
          : undefined,
    rule_paid_credits:
      isTarget || (isCredits(rule.paid_credits) && isCredits(rule.granted_credits))
        ? isTarget || isSome(rule.paid_credits) || isSome(rule.granted_credits)
          ? undefined
          : 'Enter credits to sell or to grant.'
        : CREDITS_TEXT,
  }
}

/** What is wrong with a wallet, by field. */
export function checkWallet(values: WalletValues): Record<string, string | undefined> {
  const [min, max] = [values.min, values.max].map((text) => toMinor(text, values.currency))
  const isLimit = (text: string, cents: number | null | undefined) =>
    text === '' || (typeof cents === 'number' && cents > 0)
  return {
    external_customer_id: values.external_customer_id.trim() === '' ? 'Choose a customer.' : undefined,
    rate_amount: isSome(values.rate_amount) ? undefined : 'Enter a rate above zero.',
    priority: /^([1-9]|[1-4]\d|50)$/.test(values.priority) ? undefined : 'Enter a number from 1 to 50.',
    paid_credits: isCredits(values.paid_credits) ? undefined : CREDITS_TEXT,
    granted_credits: isCredits(values.granted_credits) ? undefined : CREDITS_TEXT,
    min: isLimit(values.min, min) ? undefined : 'Enter an amount above zero.',
    max: !isLimit(values.max, max)
      ? 'Enter an amount above zero.'
      : values.min !== '' && values.max !== '' && (max ?? 0) < (min ?? 0)
        ? 'The maximum must not be below the minimum.'
        : undefined,
    ...(values.rule ? checkRule(values.rule) : {}),
  }
}

const EVERY: Readonly<Record<string, string>> = {
  weekly: 'Every week',
  monthly: 'Every month',
  quarterly: 'Every quarter',
  semiannual: 'Every half-year',
  yearly: 'Every year',
}

/** What a recurring top-up does, in one sentence. */
export function ruleSentence(rule: Omit<RuleValues, 'lago_id' | 'started_at'>): string {
  const credits = (text: string) => formatUnits(text || '0')
  const when =
    rule.trigger === 'interval'
      ? (EVERY[rule.interval] ?? rule.interval)
      : `Whenever the ongoing balance falls to ${credits(rule.threshold_credits)} credits or less`
  if (rule.method === 'target') {
    const way = rule.grants_target_top_up ? 'granted' : 'sold'
    return `${when}, what is missing to ${credits(rule.target_ongoing_balance)} credits is ${way}.`
  }
  const parts = [
    Number(rule.paid_credits) > 0 ? `${credits(rule.paid_credits)} credits are sold` : '',
    Number(rule.granted_credits) > 0 ? `${credits(rule.granted_credits)} credits are granted` : '',
  ].filter(Boolean)
  return `${when}, ${parts.length > 0 ? parts.join(' and ') : 'nothing happens yet'}.`
}

/** A stored rule in one sentence. */
export const storedRuleSentence = (rule: Wallet['recurring_transaction_rules'][number]): string =>
  ruleSentence(ruleOf(rule))
