import { Decimal } from '../amounts/decimal.ts'
import { digitsOf, type Input, isInput } from '../input/fields.ts'
import { type Outcome, outcome, type Problems, refusedFields } from '../problems.ts'

/** A condition for the start of a subscription: its first invoice has to be paid. */
export type ActivationRule = {
  readonly type: 'payment'
  /** How long the payment may take; 0 means for ever. */
  readonly timeoutHours: number
}

/** A hundred years; more would leave the range of instants. */
const TIMEOUT_HOURS_MAX = 876_600

/** Reads the activation rules of a request; undefined when there are none. Errors are added to `problems`. */
export function readActivationRules(raw: unknown, problems: Problems): readonly ActivationRule[] | undefined {
  if (raw === undefined || raw === null) return undefined
  if (!Array.isArray(raw)) {
    problems.add('activation_rules', 'invalid_format')
    return undefined
  }
  const inputs = raw.map((rule: unknown): Input => (isInput(rule) ? rule : {}))
  const types = inputs.map((rule) => rule.type)
  if (types.some((type) => type !== 'payment')) problems.add('activation_rules', 'invalid_type')
  if (new Set(types).size < types.length) problems.add('activation_rules', 'duplicated_type')
  return inputs.map((rule) => ({
    type: 'payment',
    timeoutHours: readTimeout(rule.timeout_hours, problems),
  }))
}

function readTimeout(value: unknown, problems: Problems): number {
  if (value === undefined || value === null) return 0
  const text = typeof value === 'string' ? value : digitsOf(value)
  const hours = text === undefined ? undefined : Decimal.parse(text)
  if (!hours?.isInteger() || hours.isNegative()) {
    problems.add('timeout_hours', 'value_must_be_positive_or_zero')
    return 0
  }
  if (hours.compare(Decimal.of(TIMEOUT_HOURS_MAX)) > 0) problems.add('timeout_hours', 'value_is_out_of_range')
  return hours.toNumber()
}

/**
 * Checks that the first payment of a subscription with activation rules can be taken automatically: the customer needs
 * a payment provider and a method, and the subscription must not be paid by hand
 * (docs/rules/subscriptions.md#activation-rules). 422 on `customer`.
 */
export function checkPaymentGate(rules: readonly ActivationRule[], payer: GatePayer): Outcome<true> {
  if (rules.length === 0) return outcome(true)
  if (payer.methodType === 'manual') {
    return refusedFields({ customer: ['manual_payment_method_invalid_for_payment_activation_rules'] })
  }
  if (!payer.hasProvider) return refusedFields({ customer: ['no_linked_payment_provider'] })
  if (payer.named === 'unknown') return refusedFields({ customer: ['payment_method_not_found'] })
  if (payer.named === 'none' && !payer.hasDefaultMethod) {
    return refusedFields({ customer: ['no_default_payment_method'] })
  }
  return outcome(true)
}

/** How the first invoice of a subscription would be paid. */
export type GatePayer = {
  readonly methodType: string
  /** Whether the customer is linked to a payment provider. */
  readonly hasProvider: boolean
  readonly hasDefaultMethod: boolean
  /** The method that the subscription names. */
  readonly named: 'none' | 'unknown' | 'known'
}
