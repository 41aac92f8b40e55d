import { type Instant, instant } from '../../core/calendar/instant.ts'
import { pageLifeOf } from '../../core/payment-providers/provider-traits.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { GatewayError, PageOrder } from '../../core/payments/gateway.ts'
import { dueCents } from '../../core/payments/payment-input.ts'
import { type CustomerRow, readCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { readInvoice } from '../../store/invoices.ts'
import { countCalls } from '../../store/payment-calls.ts'
import { giveUpPage, type PageRow, updateOpenPage } from '../../store/payment-pages.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { invoiceIdsOfRequest } from '../../store/payment-requests.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { returnUrlOf } from '../payment-providers/open-setup-page.ts'
import { descriptionOf, metadataOf, referenceOf } from './charge-order.ts'
import { askProvider, isPassing } from './provider-calls.ts'

/** A page as it was made, or why there is none: a refusal is for good. A page that is over is not made again. */
export type PageOpened =
  | { readonly ok: true; readonly page: PageRow }
  | {
      readonly ok: false
      readonly error: GatewayError
      readonly isRefused: boolean
      readonly isOver: boolean
    }

/** After so many failures a page is given up, because a provider may keep its failure with the key for a day. */
const FAILURES_MAX = 2
const GIVEN_UP: GatewayError = {
  class: 'provider_unavailable',
  code: null,
  message: 'the page was given up meanwhile',
}

/**
 * Makes a page at its provider under the key of its row, so that a second try after a lost answer gives the same page.
 * A page that is refused is over, and so is one that the provider failed twice to make: whatever it made has an address
 * that nobody knows. A page that is over when the answer comes stays so, and its address is not given to anybody.
 */
export async function openAtProvider(context: Context, page: PageRow): Promise<PageOpened> {
  const { organizationId, id } = page
  const { order, provider } = await context.database.read(organizationId, (reads) => orderOf(reads, page))
  const { connection, gateway } = openConnection(context, provider)
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: id,
    call: OPEN_PAGE,
    idempotencyKey: order.idempotencyKey,
  }
  const { pages } = gateway
  if (!pages) throw new Error(`${provider.providerType} has no payment pages`)
  const startedAt = context.systemNow()
  const answer = await askProvider(context, about, () =>
    pages.open(connection, {
      ...order,
      askedAt: startedAt,
      asksForConsent: connection.settings.require_terms_of_service_consent === true,
    }),
  )
  return inTransaction(context.database, organizationId, async (tx): Promise<PageOpened> => {
    if (answer.ok) {
      const updatedAt = ts(context.systemNow())
      const { pageId, url } = answer.value
      const saved = await updateOpenPage(tx, id, { status: 'active', providerPageId: pageId, url, updatedAt })
      return saved
        ? { ok: true, page: saved }
        : { ok: false, error: GIVEN_UP, isRefused: false, isOver: true }
    }
    const { error } = answer
    const isRefused = !isPassing(error)
    const isMeant = isRefused || (isFailure(error) && (await countCalls(tx, id, OPEN_PAGE)) >= FAILURES_MAX)
    // Somebody else may have made it meanwhile, and its payer may have its address.
    const isOver = isMeant && (await giveUpPage(tx, id, context.systemNow()))
    return { ok: false, error, isRefused, isOver }
  })
}

const OPEN_PAGE = 'open_page'

/** Whether nothing may be waited for: as opposed to a request that is still being worked on, or that came too early. */
function isFailure({ class: reason }: GatewayError): boolean {
  return reason === 'provider_unavailable' || reason === 'network'
}

async function orderOf(
  reads: Reads,
  page: PageRow,
): Promise<{
  readonly order: Omit<PageOrder, 'asksForConsent' | 'askedAt'>
  readonly provider: PaymentProviderRow
}> {
  const { invoiceId, paymentRequestId, customerId } = page
  const ids = invoiceId === null ? await invoiceIdsOfRequest(reads, paymentRequestId ?? '') : [invoiceId]
  const payable = invoiceId === null ? { paymentRequestId: paymentRequestId ?? '' } : { invoiceId }
  const [invoices, provider, link, customer] = await Promise.all([
    Promise.all(ids.map((each) => readInvoice(reads, each))),
    readProvider(reads, page.paymentProviderId),
    findLink(reads, page.paymentProviderCustomerId),
    readCustomer(reads, customerId),
  ])
  const currency = page.amountCurrency
  const lines =
    invoiceId === null
      ? invoices
          .filter((invoice) => dueCents(invoice) > 0n)
          .map((invoice) => ({ name: invoice.number, money: { cents: dueCents(invoice), currency } }))
      : invoices.map(({ number }) => ({ name: number, money: { cents: page.amountCents, currency } }))
  const methodTypes = (link?.providerPaymentMethods ?? ['card']) as string[]
  const order = {
    pageId: page.id,
    idempotencyKey: `payment-intent-${page.id}`,
    lines,
    providerCustomerId: link?.providerCustomerId ?? '',
    payer: payerOf(customer),
    methodTypes,
    keepsMethod: customer.country !== 'IN' && !methodTypes.includes('crypto'),
    description: await descriptionOf(reads, payable, invoices),
    reference: referenceOf(payable, invoices),
    returnUrl: page.returnUrl ?? returnUrlOf(provider),
    // By the time at which the row was written, so that a second try asks for the same.
    expiresAt: endThereOf(page, provider),
    metadata: {
      ...metadataOf(page, customerId, payable, invoices),
      payment_type: 'one-time',
    },
  }
  return { order, provider }
}

/**
 * When a page ends at the provider, which knows the real time only: a sandbox may live in another year. Its id holds
 * the moment at which its row was written.
 */
export function endThereOf({ id }: PageRow, { providerType }: PaymentProviderRow): Instant {
  const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return instant(madeAt + pageLifeOf(traitsOf(providerType)))
}

function payerOf({ email, name, firstname, lastname, phone }: CustomerRow): PageOrder['payer'] {
  const personal = [firstname, lastname].filter((part) => part).join(' ')
  return { email: email?.split(',')[0]?.trim() || null, name: name || personal || null, phone: phone || null }
}
