import type { Input } from '../../core/input/fields.ts'
import {
  freeConnectionCode,
  type NewConnection,
  readNewConnection,
} from '../../core/payment-connections/connection-input.ts'
import { knownTraits } from '../../core/payment-providers/provider-types.ts'
import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { findCustomer, lockCustomerByExternalId, lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import {
  discardLinks,
  enqueueLinkSync,
  findLink,
  findLinksOf,
  insertLink,
  type LinkRow,
} from '../../store/payment-provider-customers.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { makeLinkDefault, providerMeant, standardMethodTypes } from '../payment-providers/link-customer.ts'
import { syncCustomerNow } from '../payment-providers/sync-customer.ts'

/**
 * Gives a customer one more connection (docs/rules/provider-payments.md#several-connections); its first one becomes the
 * default unless the request says otherwise. With `sync` the provider is asked before the answer, and what it refuses is
 * not kept; otherwise in the background. 404 `customer_not_found`; 422 on `base` as `linkCustomer`, on `code` and
 * `payment_provider_code` for what the customer has already. Returns the link.
 */
export async function createConnection(
  context: Context,
  caller: Caller,
  externalCustomerId: string,
  input: Input,
): Promise<LinkRow> {
  // Of an unknown customer nothing else is said.
  const customer = await context.database.read(caller, (reads) => findCustomer(reads, externalCustomerId))
  if (!customer) throw notFound('customer')
  const asked = accepted(readNewConnection(input))
  const isKnownThere = knownTraits(asked.link.type)?.isPageOnly !== true
  const isAsked = isKnownThere && asked.link.isImmediate
  const made = await inTransaction(context.database, caller, async (tx) => {
    const { link, becomesDefault } = await writeConnection(tx, caller, externalCustomerId, asked)
    if (becomesDefault && !isAsked) await makeLinkDefault(tx, caller, link)
    if (isKnownThere && !isAsked) await enqueueLinkSync(tx, link)
    return { link, becomesDefault }
  })
  if (isAsked) await askNow(context, caller, made.link)
  return inTransaction(context.database, caller, async (tx) => {
    await lockCustomerById(tx, made.link.customerId)
    const link = await findLink(tx, made.link.id)
    if (!link || link.deletedAt !== null) throw notFound('payment_connection')
    if (!isAsked || !made.becomesDefault) return link
    await makeLinkDefault(tx, caller, link)
    return { ...link, isDefault: true }
  })
}

/** Has the customer made or found at the provider; the link ends when that is refused, or not answered. */
async function askNow(context: Context, caller: Caller, { id: linkId }: LinkRow): Promise<void> {
  try {
    await syncCustomerNow(context, caller, linkId)
  } catch (error) {
    await inTransaction(context.database, caller, (tx) => discardLinks(tx, { linkId }, caller.now))
    throw error
  }
}

async function writeConnection(
  tx: Tx,
  caller: Caller,
  externalCustomerId: string,
  { code, isDefault, link }: NewConnection,
): Promise<{ readonly link: LinkRow; readonly becomesDefault: boolean }> {
  const customer = await lockCustomerByExternalId(tx, externalCustomerId)
  if (!customer) throw notFound('customer')
  const provider = await providerMeant(tx, link)
  const others = await findLinksOf(tx, customer.id)
  const codes = others.map((other) => other.code)
  const isLinked = others.some(({ paymentProviderId }) => paymentProviderId === provider.id)
  const isTaken = code !== null && codes.includes(code)
  if (isLinked || isTaken) {
    throw invalid({
      ...(isLinked ? { payment_provider_code: ['value_already_exist'] } : {}),
      ...(isTaken ? { code: ['value_already_exist'] } : {}),
    })
  }
  const row = await insertLink(
    tx,
    {
      organizationId: caller.organizationId,
      customerId: customer.id,
      paymentProviderId: provider.id,
      code: code ?? freeConnectionCode(provider.code, codes),
      isDefault: false,
      providerCustomerId: link.providerCustomerId,
      syncWithProvider: link.syncWithProvider,
      methodTypes: link.methodTypes ?? standardMethodTypes(provider),
    },
    caller.now,
  )
  return { link: row, becomesDefault: isDefault ?? others.length === 0 }
}
