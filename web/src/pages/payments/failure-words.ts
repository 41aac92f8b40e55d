import type { PaymentFailure } from '../../api/types.ts'

type Failure = NonNullable<PaymentFailure>

const REASONS: Readonly<Record<Failure['reason'], string>> = {
  card_declined: 'The bank declined the payment.',
  insufficient_funds: 'There is not enough money in the account.',
  fraud_suspected: 'The bank suspects fraud, or the card was reported lost or stolen.',
  authentication_required: 'The bank wants the customer to confirm the payment.',
  amount_too_small: 'The amount is below what the provider takes.',
  amount_too_large: 'The amount is above what the provider or the bank allows.',
  amount_not_representable: 'The provider cannot take this exact amount.',
  method_revoked: 'The card or mandate is not valid any more.',
  customer_missing: 'The provider does not know the customer.',
  currency_not_supported: 'The provider does not take this currency.',
  method_type_not_enabled: 'This way of paying is not switched on at the provider.',
  invalid_request: 'The provider did not accept the request.',
  invalid_credentials: 'The provider does not accept the key of the connection.',
  permission_missing: 'The key of the connection may not charge at the provider.',
  rate_limited: 'The provider was asked too often.',
  key_conflict: 'The provider is still busy with the same request.',
  provider_unavailable: 'The provider could not be reached.',
  network: 'The connection to the provider broke.',
  outcome_absent: 'The payment never arrived at the provider.',
  late_failure: 'The bank took the money back.',
}

/** Declines that say more than their class. */
const DECLINES: Readonly<Record<string, string>> = {
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code of the card is wrong.',
  incorrect_number: 'The number of the card is wrong.',
  card_velocity_exceeded: 'The card has reached its limit.',
  withdrawal_count_limit_exceeded: 'The card has reached its limit.',
}

/** Why a payment failed, in a sentence; the provider's own codes are `codesOf`. */
export function reasonOf({ reason, code, decline_code }: Failure): string {
  const told = reason === 'card_declined' ? (DECLINES[decline_code ?? ''] ?? DECLINES[code ?? '']) : undefined
  return told ?? REASONS[reason]
}

/** The provider's codes of a failure, each once. */
export function codesOf({ code, decline_code }: Failure): readonly string[] {
  return [...new Set([code, decline_code].filter((each) => each !== null))]
}
