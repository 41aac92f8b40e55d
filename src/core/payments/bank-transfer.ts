/** The method type of customers who pay into a bank account that Stripe opens for them. */
export const BANK_TRANSFER = 'customer_balance'

/** The kind of bank transfer that an invoice is paid by, with the country of the account where there are several. */
export type BankTransfer = { readonly type: string; readonly country: string | null }

/** Where the payer and the seller are, as two-letter codes. */
export type TransferPlaces = { readonly payer: string | null; readonly seller: string | null }

const EURO_COUNTRIES: readonly string[] = ['BE', 'DE', 'ES', 'FR', 'IE', 'NL']

const TYPES: Readonly<Record<string, string>> = {
  USD: 'us_bank_transfer',
  GBP: 'gb_bank_transfer',
  JPY: 'jp_bank_transfer',
  MXN: 'mx_bank_transfer',
}

/** Whether a customer pays by bank transfer: the type stands alone, so there is no method to charge. */
export function paysByTransfer(methodTypes: unknown): boolean {
  return Array.isArray(methodTypes) && methodTypes.length === 1 && methodTypes[0] === BANK_TRANSFER
}

/**
 * The bank transfer for a currency (docs/rules/provider-payments.md#bank-transfers). Euros go to an account in one of six
 * countries: the payer's, else the seller's, else `missing_country`. Other currencies: `currency_not_supported`.
 */
export function bankTransferFor(
  currency: string,
  { payer, seller }: TransferPlaces,
): BankTransfer | 'missing_country' | 'currency_not_supported' {
  if (currency === 'EUR') {
    const country = [payer, seller].find((place) => place !== null && EURO_COUNTRIES.includes(place))
    return country ? { type: 'eu_bank_transfer', country } : 'missing_country'
  }
  const type = TYPES[currency]
  return type ? { type, country: null } : 'currency_not_supported'
}
