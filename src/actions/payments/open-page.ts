import { addMs } from '../../core/calendar/instant.ts'
import { pageLifeOf } from '../../core/payment-providers/provider-traits.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { invalid, notAllowed } from '../../core/refusal.ts'
import { findCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findActivePage, insertPage, type PageRow } from '../../store/payment-pages.ts'
import { findDefaultLink, type LinkRow } from '../../store/payment-provider-customers.ts'
import { findProvider, type PaymentProviderRow } from '../../store/payment-providers.ts'
import { liveCharges, type Payable } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import type { Failure } from './announce-payments.ts'
import { applyEvidence } from './apply-evidence.ts'
import { attendPageLater } from './attend-page.ts'
import { cancelPayment } from './cancel-payment.ts'
import { closePage } from './close-page.ts'
import { openAtProvider } from './page-at-provider.ts'
import { answered } from './provider-calls.ts'

/** A page on which something is paid, and its customer's connection. */
export type OpenPage = {
  readonly page: PageRow
  readonly provider: PaymentProviderRow
  readonly externalCustomerId: string
}

/** What is to be paid on a page, with its customer locked, and at which connection. */
export type PagePayment = {
  readonly payable: Payable
  readonly customerId: string
  readonly amountCents: bigint
  readonly currency: string
  readonly link: LinkRow
  readonly provider: PaymentProviderRow
  /** Tells of a page that the provider has refused for good. */
  readonly announceFailure: (tx: Tx, failure: Failure) => Promise<void>
}

type Prepared =
  | { readonly kind: 'page'; readonly page: PageRow }
  | { readonly kind: 'close'; readonly pageId: string }
  | { readonly kind: 'cancel'; readonly paymentId: string }

const STEPS_MAX = 4

/**
 * Makes a page at the provider, or gives the one that there is (docs/rules/provider-payments.md#payment-pages). A charge
 * that was not sent is given up for it, and one that waits for the payer is ended first; 405
 * `payment_processor_is_currently_handling_payment` for one that may be paid any moment. 422 `third_party_error`.
 *
 * @param find says what is to be paid, again before each step; it locks the customer, and throws a refusal
 */
export async function openPage(
  context: Context,
  caller: Caller,
  find: (tx: Tx) => Promise<PagePayment>,
): Promise<OpenPage> {
  for (let n = 0; n < STEPS_MAX; n += 1) {
    const { payment, prepared } = await inTransaction(context.database, caller, async (tx) => {
      const found = await find(tx)
      return { payment: found, prepared: await prepare(context, tx, caller, found) }
    })
    if (prepared.kind === 'page') return open(context, caller, payment, prepared.page)
    const isOver =
      prepared.kind === 'close'
        ? (await closePage(context, caller.organizationId, prepared.pageId)) === 'over'
        : await cancelPayment(context, caller.organizationId, prepared.paymentId)
    if (!isOver) throw notAllowed('payment_processor_is_currently_handling_payment')
  }
  throw notAllowed('payment_processor_is_currently_handling_payment')
}

/** The connection of a customer, if there is one. */
export async function connectionOf(
  tx: Tx,
  customerId: string,
): Promise<{ readonly link: LinkRow | undefined; readonly provider: PaymentProviderRow | undefined }> {
  const link = await findDefaultLink(tx, customerId)
  return { link, provider: link && (await findProvider(tx, link.paymentProviderId)) }
}

/** The connection of a customer that pays on pages; 422 on `base` without one. */
export function checkedProvider(link: LinkRow, provider: PaymentProviderRow | undefined): PaymentProviderRow {
  if (!provider) throw invalid({ base: ['missing_payment_provider'] })
  const { hasPaymentPages, isPageOnly } = traitsOf(provider.providerType)
  if (!hasPaymentPages) throw invalid({ base: ['invalid_payment_provider'] })
  if (link.providerCustomerId === null && !isPageOnly) {
    throw invalid({ base: ['missing_payment_provider_customer'] })
  }
  return provider
}

async function prepare(context: Context, tx: Tx, caller: Caller, payment: PagePayment): Promise<Prepared> {
  const { payable, link, provider, amountCents } = payment
  for (const charge of await liveCharges(tx, payable)) {
    if (charge.state === 'action_required') return { kind: 'cancel', paymentId: charge.id }
    if (charge.state !== 'created' && charge.state !== 'held') {
      throw notAllowed('payment_processor_is_currently_handling_payment')
    }
    await applyEvidence(tx, caller, charge, { kind: 'abandoned' }, 'call')
  }
  const active = await findActivePage(tx, payable)
  if (active) {
    const isSame = active.amountCents === amountCents && active.paymentProviderCustomerId === link.id
    return isSame && active.expiresAt > caller.now
      ? { kind: 'page', page: active }
      : { kind: 'close', pageId: active.id }
  }
  const { organizationId, now } = caller
  const page = await insertPage(
    tx,
    {
      organizationId,
      customerId: payment.customerId,
      invoiceId: 'invoiceId' in payable ? payable.invoiceId : null,
      paymentRequestId: 'invoiceId' in payable ? null : payable.paymentRequestId,
      paymentProviderId: provider.id,
      paymentProviderCustomerId: link.id,
      amountCents,
      amountCurrency: payment.currency,
      expiresAt: addMs(now, pageLifeOf(traitsOf(provider.providerType))),
      returnUrl: caller.buyer?.returnUrl ?? null,
    },
    now,
  )
  await attendPageLater(context, tx, caller, page, provider)
  return { kind: 'page', page }
}

async function open(
  context: Context,
  caller: Caller,
  { customerId, link, provider, announceFailure }: PagePayment,
  page: PageRow,
): Promise<OpenPage> {
  const [customer] = await context.database.read(caller, (reads) => findCustomersById(reads, [customerId]))
  const externalCustomerId = customer?.externalId ?? ''
  if (page.url !== null) return { page, provider, externalCustomerId }
  const opened = await openAtProvider(context, page)
  if (opened.ok) return { page: opened.page, provider, externalCustomerId }
  if (opened.isRefused) {
    const failure = { customerId, linkId: link.id, error: opened.error }
    await inTransaction(context.database, caller, (tx) => announceFailure(tx, failure))
  }
  return answered(provider.providerType, { ok: false, error: opened.error })
}
