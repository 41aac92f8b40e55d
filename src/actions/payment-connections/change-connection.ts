import type { Input } from '../../core/input/fields.ts'
import { readConnectionChange } from '../../core/payment-connections/connection-input.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { ProviderType } from '../../core/payments/gateway.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { lockCustomerByExternalId } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findLinkByCode } from '../../store/payment-connections.ts'
import {
  discardLinks,
  enqueueLinkSync,
  findLink,
  type LinkRow,
} from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { changeLink, makeLinkDefault, showLink } from '../payment-providers/link-customer.ts'
import { syncCustomerNow } from '../payment-providers/sync-customer.ts'

/** A connection of a customer, by its code. */
export type WhichConnection = { readonly externalCustomerId: string; readonly code: string }

/**
 * Changes a connection of a customer: its code, which customer of the provider it is, or what the customer is offered.
 * The methods of another customer of the provider are discarded. 404 `customer_not_found` or
 * `payment_connection_not_found`; 422 `code`; with `sync` also what the provider says, after the change was saved.
 */
export async function updateConnection(
  context: Context,
  caller: Caller,
  which: WhichConnection,
  input: Input,
): Promise<LinkRow> {
  const { link, isAsked } = await inTransaction(context.database, caller, async (tx) => {
    const known = await lockConnection(tx, which)
    const provider = await readProvider(tx, known.paymentProviderId)
    const { change, isImmediate } = accepted(
      readConnectionChange(input, provider.providerType as ProviderType),
    )
    if (change.code !== undefined && change.code !== known.code) {
      const other = await findLinkByCode(tx, known.customerId, change.code)
      if (other) throw invalid({ code: ['value_already_exist'] })
    }
    const changed = await changeLink(tx, caller, known, change)
    if (changed.isDefault) await showLink(tx, caller, changed, provider)
    const isKnownThere = traitsOf(provider.providerType).isPageOnly !== true
    const isTold = change.providerCustomerId !== undefined || change.syncWithProvider === true
    if (isKnownThere && isTold && !isImmediate) await enqueueLinkSync(tx, changed)
    return { link: changed, isAsked: isKnownThere && isImmediate }
  })
  if (!isAsked) return link
  await syncCustomerNow(context, caller, link.id)
  return (await context.database.read(caller, (reads) => findLink(reads, link.id))) ?? link
}

/**
 * Makes a connection of a customer the default one: charges that were not sent yet go there, and nothing else is
 * charged. 404 as above.
 */
export async function makeConnectionDefault(
  context: Context,
  caller: Caller,
  which: WhichConnection,
): Promise<LinkRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const link = await lockConnection(tx, which)
    await makeLinkDefault(tx, caller, link)
    return { ...link, isDefault: true }
  })
}

/**
 * Ends a connection of a customer and discards its methods; payments that were sent go on. No other one takes the place
 * of the default, so nothing is charged by itself then. 404 as above.
 */
export async function removeConnection(
  context: Context,
  caller: Caller,
  which: WhichConnection,
): Promise<LinkRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const link = await lockConnection(tx, which)
    await discardLinks(tx, { linkId: link.id }, caller.now)
    return (await findLink(tx, link.id)) ?? link
  })
}

async function lockConnection(tx: Tx, { externalCustomerId, code }: WhichConnection): Promise<LinkRow> {
  const customer = await lockCustomerByExternalId(tx, externalCustomerId)
  if (!customer) throw notFound('customer')
  const link = await findLinkByCode(tx, customer.id, code)
  if (!link) throw notFound('payment_connection')
  return link
}
