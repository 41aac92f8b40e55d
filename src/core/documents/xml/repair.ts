import type { FrozenBuyer, FrozenCreditNote, FrozenInvoice, FrozenParty, FrozenSeller } from '../frozen.ts'
import type { EInvoiceProblems } from './check-e-invoice.ts'

/** What each field of a refusal is in the model. */
const FIELDS: Readonly<Record<string, (now: FrozenParty) => Partial<FrozenParty>>> = {
  name: ({ name, legalName, firstname, lastname }) => ({ name, legalName, firstname, lastname }),
  tax_identification_number: ({ taxNumber }) => ({ taxNumber }),
  legal_number: ({ legalNumber }) => ({ legalNumber }),
  phone: ({ phone = null }) => ({ phone }),
  email: ({ email }) => ({ email }),
}
const ADDRESS_FIELDS: readonly string[] = ['city', 'zipcode', 'country']

/** The parties of a document of which what was missing is what it is now; anything else stays as it was frozen. */
export type RepairedParties = { readonly seller: FrozenSeller; readonly buyer: FrozenBuyer }

/**
 * The parties of a refused document with today's values for the refused fields only.
 *
 * @param now what would be frozen of the same document today
 */
export function repairedParties<T extends FrozenInvoice | FrozenCreditNote>(
  frozen: T,
  now: T,
  refusal: EInvoiceProblems,
): RepairedParties {
  const fields = Object.keys(refusal)
  const of = (owner: string) =>
    fields.filter((field) => field.startsWith(`${owner}.`)).map((field) => field.slice(owner.length + 1))
  return {
    seller: repaired(frozen.seller, now.seller, of('billing_entity')),
    buyer: repaired(frozen.buyer, now.buyer, of('customer')),
  }
}

function repaired<P extends FrozenParty>(frozen: P, now: P, fields: readonly string[]): P {
  let address = frozen.address
  let party = frozen
  for (const field of fields) {
    if (ADDRESS_FIELDS.includes(field)) address = { ...address, [field]: now.address[field as 'city'] }
    else party = { ...party, ...FIELDS[field]?.(now) }
  }
  return { ...party, address }
}
