import { Decimal } from '../../core/amounts/decimal.ts'
import { buildCreditInvoice } from '../../core/billing/credit-invoice.ts'
import type { CustomSection } from '../../core/invoice-custom-sections/invoice-sections.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import type { Tx } from '../../store/database.ts'
import { sectionsOfWallets } from '../../store/invoice-custom-sections.ts'
import {
  lockWalletTransaction,
  setInvoiceOfPurchase,
  type WalletTransactionRow,
} from '../../store/wallet-transactions.ts'
import { findWallet, type WalletRow } from '../../store/wallets.ts'
import { writePlans } from '../billing/run-bills.ts'
import type { DueAction } from '../due/due-action.ts'

/** Due work: makes the invoice of a purchase of credits, once (docs/rules/wallets.md#buying-credits). */
export const billPurchase: DueAction = async (context, tx, caller, purchaseId) => {
  const purchase = await lockWalletTransaction(tx, purchaseId)
  if (purchase?.status !== 'pending' || purchase.invoiceId !== null) return
  const wallet = await findWallet(tx, { id: purchase.walletId })
  if (!wallet) throw new Error(`wallet ${purchase.walletId} is gone`)
  const { customers, billingEntities } = await readCustomerFacts(tx, [wallet.customerId])
  const customer = customers.get(wallet.customerId)
  const issuerId = purchase.billingEntityId ?? wallet.billingEntityId ?? customer?.billingEntityId
  const billingEntity = billingEntities.get(issuerId ?? '')
  if (!customer || !billingEntity) throw new Error(`customer ${wallet.customerId} has no billing entity`)
  const head = {
    customer,
    billingEntity,
    currency: wallet.currency,
    zone: customer.zone,
    purchaseOrderNumber: purchase.purchaseOrderNumber ?? wallet.purchaseOrderNumber,
    billingAt: caller.now,
    createdAt: caller.now,
  }
  const invoice = buildCreditInvoice(head, {
    credits: Decimal.of(purchase.creditAmount),
    amountCents: purchase.amountCents,
    rate: Decimal.of(wallet.rateAmount),
    awaitsPayment: purchase.invoiceRequiresSuccessfulPayment,
    customSections: await sectionsOf(tx, purchase, wallet),
  })
  const document = { kind: 'invoice', invoice } as const
  const bill = { customerId: customer.id, documents: [document], nextBillings: [] }
  await writePlans(context, tx, caller, [bill], (invoiceIds) =>
    attach(tx, caller.now, purchase.id, invoiceIds),
  )
}

async function attach(
  tx: Tx,
  now: WalletTransactionRow['createdAt'],
  purchaseId: string,
  [invoiceId]: readonly string[],
): Promise<void> {
  if (invoiceId === undefined) throw new Error(`purchase ${purchaseId} got no invoice`)
  await setInvoiceOfPurchase(tx, purchaseId, invoiceId, now)
}

/** The sections of the purchase where it selected or refused some, else those of its wallet; null for the customer's. */
async function sectionsOf(
  tx: Tx,
  purchase: WalletTransactionRow,
  wallet: WalletRow,
): Promise<readonly CustomSection[] | null> {
  if (purchase.skipInvoiceCustomSections) return []
  const selected = await sectionsOfWallets(tx, [purchase.id, wallet.id])
  const own = selected.filter(({ ownerId }) => ownerId === purchase.id)
  if (own.length > 0) return own
  if (wallet.skipInvoiceCustomSections) return []
  const ofWallet = selected.filter(({ ownerId }) => ownerId === wallet.id)
  return ofWallet.length > 0 ? ofWallet : null
}
