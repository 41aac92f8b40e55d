/** What a fee is for, which decides whose taxes apply. */
export type TaxedFeeType = 'add_on' | 'charge' | 'fixed_charge' | 'commitment' | 'subscription' | 'credit'

/**
 * The tax lists around one fee. `line` has the codes of a one-off line; `addOn`, `charge`, `fixedCharge` and
 * `commitment` those of the item itself. `billingEntity` is the customer's own entity, even when another one invoices
 * the subscription. Lists that the fee type does not use may be absent.
 */
export type TaxLists<T> = {
  readonly line?: readonly T[]
  readonly addOn?: readonly T[]
  readonly charge?: readonly T[]
  readonly fixedCharge?: readonly T[]
  readonly commitment?: readonly T[]
  readonly plan?: readonly T[]
  readonly customer: readonly T[]
  readonly billingEntity: readonly T[]
}

const ORDER: Readonly<Record<TaxedFeeType, readonly (keyof TaxLists<unknown>)[]>> = {
  add_on: ['line', 'addOn', 'customer', 'billingEntity'],
  charge: ['charge', 'plan', 'customer', 'billingEntity'],
  fixed_charge: ['fixedCharge', 'plan', 'customer', 'billingEntity'],
  commitment: ['commitment', 'plan', 'customer', 'billingEntity'],
  subscription: ['plan', 'customer', 'billingEntity'],
  credit: [],
}

/**
 * The taxes of a fee: the first non-empty list in the order for its type; none on prepaid credits. A 0 % tax is a tax
 * and ends the search (docs/rules/taxes.md#which-taxes).
 */
export function resolveTaxes<T>(type: TaxedFeeType, lists: TaxLists<T>): readonly T[] {
  for (const owner of ORDER[type]) {
    const list = lists[owner]
    if (list && list.length > 0) return list
  }
  return []
}
