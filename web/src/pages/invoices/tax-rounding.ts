type Taxed = {
  readonly taxes_amount_cents: number
  readonly applied_taxes: readonly { readonly amount_cents: number }[]
}

/**
 * What the lines of the taxes lack to the tax of the invoice, in cents: each line is rounded by itself, the sum once
 * (docs/rules/taxes.md). Zero on most invoices.
 */
export function taxRounding({ taxes_amount_cents, applied_taxes }: Taxed): number {
  return applied_taxes.reduce((left, { amount_cents }) => left - amount_cents, taxes_amount_cents)
}
