/** What a fee is for; it decides whose taxes it carries. */
export type TaxedFeeType = 'add_on' | 'charge' | 'fixed_charge' | 'commitment' | 'subscription' | 'credit'

/**
 * The tax lists around one fee. `line` are the codes of a one-off line, `addOn`, `charge`, `fixedCharge` and
 * `commitment` those of the thing itself. `billingEntity` is the customer's own entity, even when another one
 * invoices the subscription. Lists that a fee type does not look at may be absent.
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
 * The taxes of a fee: the first list that is not empty, in the order of its type; none on prepaid credits. A
 * tax of 0 % is a tax and ends the search (docs/rules/taxes.md#which-taxes).
 */
export function resolveTaxes<T>(type: TaxedFeeType, lists: TaxLists<T>): readonly T[] {
  for (const owner of ORDER[type]) {
    const list = lists[owner]
    if (list && list.length > 0) return list
  }
  return []
}
