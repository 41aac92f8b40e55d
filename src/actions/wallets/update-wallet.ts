import { given, type Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { invalid, notFound, refuseIfAny } from '../../core/refusal.ts'
import { checkLimitOrder, readChange, type WalletChange } from '../../core/wallets/wallet-input.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts, tsOrNull } from '../../store/values.ts'
import {
  lockWallet,
  replaceWalletTargets,
  type WalletCode,
  type WalletRow,
  type WalletView,
  walletViews,
  updateWallet as writeWallet,
} from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'
import { billingEntityId } from '../subscriptions/subscription-columns.ts'
import { announceWallets } from './announce-wallets.ts'
import { targetsOf } from './create-wallet.ts'
import { checkRuleLimits, writeRules } from './write-rules.ts'

/**
 * Changes a wallet (docs/rules/wallets.md#changing-a-wallet); absent keys keep their values, except for the metrics
 * that it is limited to. 404 for an unknown wallet, 422 for a terminated one and for invalid fields.
 */
export async function updateWallet(
  context: Context,
  caller: Caller,
  wanted: { readonly id: string } | WalletCode,
  input: Input,
): Promise<WalletView> {
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockWallet(tx, wanted)
    if (!stored) throw notFound('wallet')
    if (stored.status !== 'active') throw invalid({ wallet_id: ['wallet_is_terminated'] })
    const problems = { shape: new Problems(), wallet: new Problems() }
    const change = readChange(input, caller.now, problems)
    const metricIds = await targetsOf(tx, change.limits.metricCodes ?? [], problems.shape)
    refuseIfAny(problems.shape)
    const { paidTopUpMinAmountCents: minCents, paidTopUpMaxAmountCents: maxCents } = change
    checkLimitOrder(
      minCents === undefined ? stored.paidTopUpMinAmountCents : minCents,
      maxCents === undefined ? stored.paidTopUpMaxAmountCents : maxCents,
      problems.wallet,
    )
    refuseIfAny(problems.wallet)
    const wallet = await writeWallet(tx, stored.id, await columnsOf(tx, caller, change))
    await replaceWalletTargets(tx, caller.organizationId, wallet.id, metricIds)
    const { sections } = change
    if (sections) await selectSections(tx, caller, { column: 'walletId', id: wallet.id }, sections.codes)
    if (change.rules) await writeRules(tx, caller, wallet, change.rules, null)
    else await checkRuleLimits(tx, wallet)
    if (wallet.expirationAt !== stored.expirationAt) await moveExpiration(tx, caller, wallet)
    await announceWallets(tx, caller, [wallet.id], 'wallet.updated')
    const [view] = await walletViews(tx, [wallet], caller.now)
    if (!view) throw new Error(`wallet ${wallet.id} is gone`)
    return view
  })
}

async function moveExpiration(tx: Tx, { organizationId }: Caller, wallet: WalletRow): Promise<void> {
  if (wallet.expirationAt === null) await cancelItem(tx, 'wallet_expiry', wallet.id)
  else {
    const dueAt = wallet.expirationAt
    await scheduleItem(tx, organizationId, { kind: 'wallet_expiry', subjectId: wallet.id, dueAt })
  }
}

async function columnsOf(tx: Tx, { now }: Caller, change: WalletChange) {
  const { expirationAt, metadata, limits, sections } = change
  return {
    ...given({
      name: change.name,
      code: change.code,
      priority: change.priority,
      purchaseOrderNumber: change.purchaseOrderNumber,
      invoiceRequiresSuccessfulPayment: change.invoiceRequiresSuccessfulPayment,
      paidTopUpMinAmountCents: change.paidTopUpMinAmountCents,
      paidTopUpMaxAmountCents: change.paidTopUpMaxAmountCents,
      paymentMethodType: change.paymentMethodType,
      billingEntityId: await billingEntityId(tx, change.entity),
      allowedFeeTypes: limits.feeTypes && [...limits.feeTypes],
      skipInvoiceCustomSections: sections?.skips,
    }),
    ...(expirationAt === undefined ? {} : { expirationAt: tsOrNull(expirationAt) }),
    ...(metadata === undefined ? {} : { metadata: metadata === null ? null : json(metadata) }),
    updatedAt: ts(now),
  }
}
