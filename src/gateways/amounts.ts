import type { GatewayError, GatewayMoney, PageOrder } from '../core/payments/gateway.ts'

/** Why a provider is not sent an amount, or nothing in its currency (docs/rules/provider-payments.md#amounts). */
export function unsendable(
  provider: string,
  reason: 'amount_not_representable' | 'currency_not_supported' = 'amount_not_representable',
): GatewayError {
  return { class: reason, code: reason, message: `${provider} has no such amount` }
}

/** What the lines of a page come to; null for a page without lines. */
export function totalOf({ lines }: PageOrder): GatewayMoney | null {
  const [first] = lines
  if (!first) return null
  return { cents: lines.reduce((sum, { money }) => sum + money.cents, 0n), currency: first.money.currency }
}
