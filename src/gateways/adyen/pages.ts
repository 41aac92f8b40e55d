import { DAY_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import type { PageOrder, PageState, ProviderPage, SetupOrder } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toProviderUnits } from '../../core/payments/provider-amounts.ts'
import { totalOf, unsendable } from '../amounts.ts'
import { type Adyen, type AdyenHost, type AdyenObject, askAdyen } from './client.ts'
import { AdyenProblem } from './problems.ts'
import { metadataOf, moneyOf, referenceOf, textOf } from './reading.ts'

type PageCalls = Pick<PaymentGateway, 'openSetupPage' | 'pages'>

/** Links end after 70 days at the latest. */
const SETUP_PAGE_MS = 69 * DAY_MS
/** How long the message is waited for that says which payment a page was paid by. */
const MESSAGE_COMES_WITHIN_MS = 10 * 60_000

/** What has a card stored, to be charged later without its holder. */
const STORED = { storePaymentMethodMode: 'enabled', recurringProcessingModel: 'UnscheduledCardOnFile' }

/** Pages at Adyen on which a card is stored or an invoice is paid. */
export function adyenPages(host: AdyenHost): PageCalls {
  return {
    openSetupPage: (connection, order) =>
      askAdyen(host, connection, async (adyen) =>
        pageOf(await adyen.create(['paymentLinks'], setupOf(adyen, order, Date.now()))),
      ),
    pages: {
      open: async (connection, order) => {
        const total = totalOf(order)
        if (!total) return { ok: false, error: unsendable('Adyen') }
        const sent = toProviderUnits('adyen', total)
        if (!sent.ok) return { ok: false, error: unsendable('Adyen', sent.reason) }
        return askAdyen(host, connection, async (adyen) =>
          pageOf(
            await adyen.create(
              ['paymentLinks'],
              paymentOf(adyen, order, { value: Number(sent.units), currency: total.currency }),
              order.idempotencyKey,
            ),
          ),
        )
      },
      close: (connection, pageId) =>
        askAdyen(host, connection, async (adyen) => stateOf(await close(adyen, pageId), Date.now())),
    },
  }
}

/** A link that ended by itself or was paid is as it is. */
async function close(adyen: Adyen, pageId: string): Promise<AdyenObject> {
  try {
    return await adyen.change(['paymentLinks', pageId], { status: 'expired' })
  } catch (error) {
    if (!(error instanceof AdyenProblem) || error.kind !== 'refused') throw error
    return adyen.read(['paymentLinks', pageId])
  }
}

/**
 * A link says that it was paid, and not by which payment: the message about that payment is waited for. Without it the
 * payment has no id until the message comes.
 */
function stateOf(link: AdyenObject, now: number): PageState {
  const status = textOf(link.status)
  if (status === 'expired') return { kind: 'closed' }
  if (status === 'active') return { kind: 'open' }
  const changedAt = Date.parse(textOf(link.updatedAt) ?? '')
  const isPaid = status === 'completed' || status === 'paid'
  if (!isPaid || !(now >= changedAt + MESSAGE_COMES_WITHIN_MS)) return { kind: 'paying' }
  return {
    kind: 'paid',
    payment: {
      providerPaymentId: null,
      paymentId: null,
      providerStatus: 'completed',
      state: 'settled',
      money: moneyOf(link.amount),
      mode: null,
    },
  }
}

function setupOf({ merchantAccount }: Adyen, order: SetupOrder, now: number): object {
  return {
    merchantAccount,
    amount: { value: 0, currency: order.currency },
    reference: setupReferenceOf(order.externalCustomerId),
    returnUrl: order.returnUrl,
    shopperReference: order.providerCustomerId,
    ...(order.email === null ? {} : { shopperEmail: order.email }),
    ...STORED,
    expiresAt: new Date(now + SETUP_PAGE_MS).toISOString(),
    metadata: { lago_customer_id: order.customerId },
  }
}

const SETUP_REFERENCE = 'authorization customer '
const REFERENCE_LENGTH_MAX = 80

function setupReferenceOf(externalId: string): string {
  return `${SETUP_REFERENCE}${externalId}`.slice(0, REFERENCE_LENGTH_MAX)
}

/** The customer that a page was for on which a card is stored; null for another reference, or one that was cut. */
export function customerOfSetup(reference: unknown): string | null {
  const text = textOf(reference)
  const isWhole = text?.startsWith(SETUP_REFERENCE) === true && text.length < REFERENCE_LENGTH_MAX
  return isWhole ? text.slice(SETUP_REFERENCE.length) : null
}

function paymentOf({ merchantAccount }: Adyen, order: PageOrder, amount: object): object {
  return {
    merchantAccount,
    amount,
    reference: referenceOf(order.pageId, order.reference),
    merchantOrderReference: order.reference,
    returnUrl: order.returnUrl,
    shopperReference: order.providerCustomerId,
    ...(order.keepsMethod ? STORED : {}),
    expiresAt: new Date(order.expiresAt).toISOString(),
    metadata: metadataOf(order.metadata),
  }
}

function pageOf(link: AdyenObject): ProviderPage {
  const url = textOf(link.url)
  const pageId = textOf(link.id)
  if (url === null || pageId === null) throw new Error('a link of Adyen without an id or an address')
  const expiresAt = Date.parse(textOf(link.expiresAt) ?? '')
  return { pageId, url, expiresAt: Number.isFinite(expiresAt) ? (instant(expiresAt) as Instant) : null }
}
