import type { Decimal } from '../../core/amounts/decimal.ts'
import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { refuseIfAny } from '../../core/refusal.ts'
import { checkLimits, checkWorth } from '../../core/wallets/credit-input.ts'
import { inboundAmount } from '../../core/wallets/credits.ts'
import { DEFAULT_PRIORITY } from '../../core/wallets/wallet.ts'
import {
  checkLimitOrder,
  codeOfName,
  type NewWalletInput,
  readNewWallet,
} from '../../core/wallets/wallet-input.ts'
import { metricIdsOfCodes } from '../../store/coupons.ts'
import { type CustomerRow, lockCustomerByExternalId } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { setCustomerCurrency } from '../../store/subscription-states.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, tsOrNull } from '../../store/values.ts'
import {
  activeWalletCodesOf,
  insertWallet,
  replaceWalletTargets,
  type WalletRow,
  type WalletView,
  walletViews,
} from '../../store/wallets.ts'
import type { Caller, Context } from '../context.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'
import { billingEntityId } from '../subscriptions/subscription-columns.ts'
import { announceWallets } from './announce-wallets.ts'
import { carryOutTopUp } from './run-top-up.ts'
import { writeRules } from './write-rules.ts'

/** Active wallets of one customer. */
const WALLETS_MAX = 6

/**
 * Creates a wallet of a customer (docs/rules/wallets.md#a-wallet) and carries out its first top-up. The wallet that is
 * returned is the one before it, with no credits. 422 with everything that is wrong with the request, also for an
 * unknown customer; 404 for an unknown billing entity or custom section.
 */
export async function createWallet(
  context: Context,
  caller: Caller,
  externalCustomerId: string,
  input: Input,
): Promise<WalletView> {
  return inTransaction(context.database, caller, async (tx) => {
    const problems = { shape: new Problems(), wallet: new Problems() }
    const wanted = readNewWallet(input, caller.now, problems)
    const customer = await lockCustomerByExternalId(tx, externalCustomerId)
    const codes = [...((customer && (await activeWalletCodesOf(tx, [customer.id])).get(customer.id)) ?? [])]
    if (!customer) problems.shape.add('customer', 'customer_not_found')
    else if (codes.length >= WALLETS_MAX) problems.shape.add('customer', 'wallet_limit_reached')
    const metricIds = await targetsOf(tx, wanted.limits.metricCodes ?? [], problems.shape)
    refuseIfAny(problems.shape)
    const currency = wanted.currency ?? customer?.currency ?? null
    if (currency === null) problems.wallet.add('currency', 'value_is_invalid')
    checkLimitOrder(
      wanted.paidTopUpMinAmountCents ?? null,
      wanted.paidTopUpMaxAmountCents ?? null,
      problems.wallet,
    )
    if (wanted.code !== undefined && codes.includes(wanted.code))
      problems.wallet.add('code', 'value_already_exist')
    refuseIfAny(problems.wallet)
    if (!customer || currency === null || !wanted.rate)
      throw new Error('a wallet without a customer or a value')
    refuseIfAny(checkFirstTopUp(wanted, { currency, rate: wanted.rate }))
    if (wanted.currency !== null) await setCustomerCurrency(tx, customer, currency, caller.now)
    const unit = { currency, rate: wanted.rate, code: wanted.code ?? freeCode(wanted.name, codes, caller) }
    const wallet = await insertWallet(tx, await columnsOf(tx, caller, customer, wanted, unit))
    await replaceWalletTargets(tx, caller.organizationId, wallet.id, metricIds)
    const { sections } = wanted
    if (sections) await selectSections(tx, caller, { column: 'walletId', id: wallet.id }, sections.codes)
    if (wanted.rules) await writeRules(tx, caller, wallet, wanted.rules, wanted.topUp)
    if (wallet.expirationAt !== null) {
      const item = { kind: 'wallet_expiry', subjectId: wallet.id, dueAt: wallet.expirationAt } as const
      await scheduleItem(tx, caller.organizationId, item)
    }
    await announceWallets(tx, caller, [wallet.id], 'wallet.created')
    const [view] = await walletViews(tx, [wallet], caller.now)
    if (!view) throw new Error(`wallet ${wallet.id} is gone`)
    await topUpFirst(context, tx, caller, wallet, wanted)
    return view
  })
}

/** The ids of the metrics with these codes; `applies_to: invalid_limitations` when one does not exist. */
export async function targetsOf(
  tx: Tx,
  codes: readonly string[],
  problems: Problems,
): Promise<readonly string[]> {
  if (codes.length === 0) return []
  const ids = await metricIdsOfCodes(tx, codes)
  if (ids.length < codes.length) problems.add('applies_to', 'invalid_limitations')
  return ids
}

/** What is wrong with the first top-up of a wallet. */
function checkFirstTopUp(
  { topUp, ...wanted }: NewWalletInput,
  unit: { readonly currency: string; readonly rate: Decimal },
): Problems {
  const problems = new Problems()
  const paid = inboundAmount(topUp.paidCredits, unit)
  checkWorth('paid_credits', topUp.paidCredits, paid, problems)
  checkWorth('granted_credits', topUp.grantedCredits, inboundAmount(topUp.grantedCredits, unit), problems)
  const limits = {
    minCents: wanted.paidTopUpMinAmountCents ?? null,
    maxCents: wanted.paidTopUpMaxAmountCents ?? null,
  }
  if (!topUp.ignoreLimits) checkLimits(paid.amountCents, limits, problems)
  return problems
}

/** A code for a wallet that was given none. */
function freeCode(name: string | null | undefined, taken: readonly string[], { now }: Caller): string {
  const code = codeOfName(name)
  return taken.includes(code) ? `${code}_${Math.floor(now / 1000)}` : code
}

async function columnsOf(
  tx: Tx,
  { organizationId, now }: Caller,
  customer: CustomerRow,
  wanted: NewWalletInput,
  { currency, rate, code }: { readonly currency: string; readonly rate: Decimal; readonly code: string },
) {
  return {
    organizationId,
    id: newId(),
    customerId: customer.id,
    billingEntityId: (await billingEntityId(tx, wanted.entity)) ?? null,
    code,
    name: wanted.name ?? null,
    purchaseOrderNumber: wanted.purchaseOrderNumber ?? null,
    currency,
    rateAmount: rate.toString(),
    priority: wanted.priority ?? DEFAULT_PRIORITY,
    expirationAt: tsOrNull(wanted.expirationAt ?? null),
    invoiceRequiresSuccessfulPayment: wanted.invoiceRequiresSuccessfulPayment ?? false,
    paidTopUpMinAmountCents: wanted.paidTopUpMinAmountCents ?? null,
    paidTopUpMaxAmountCents: wanted.paidTopUpMaxAmountCents ?? null,
    allowedFeeTypes: [...(wanted.limits.feeTypes ?? [])],
    skipInvoiceCustomSections: wanted.sections?.skips ?? false,
    paymentMethodType: wanted.paymentMethodType ?? 'provider',
    metadata: wanted.metadata ? json(wanted.metadata) : null,
    ...stamps(now),
  }
}

/**
 * The first top-up of a new wallet, in its own transaction: a bill that follows at once already finds the credits.
 */
async function topUpFirst(
  context: Context,
  tx: Tx,
  caller: Caller,
  wallet: WalletRow,
  { topUp }: NewWalletInput,
): Promise<void> {
  if (topUp.paidCredits.isZero() && topUp.grantedCredits.isZero()) return
  await carryOutTopUp(context, tx, caller, wallet, {
    source: 'manual',
    paidCredits: topUp.paidCredits.round(5, 'floor').toString(),
    grantedCredits: topUp.grantedCredits.round(5, 'floor').toString(),
    name: topUp.name,
    priority: topUp.priority ?? DEFAULT_PRIORITY,
    metadata: topUp.metadata,
    purchaseOrderNumber: null,
    invoiceRequiresSuccessfulPayment: wallet.invoiceRequiresSuccessfulPayment,
    paymentMethodType: wallet.paymentMethodType,
    paymentMethodId: null,
    skipInvoiceCustomSections: false,
    recurringTransactionRuleId: null,
    ignorePaidTopUpLimits: true,
  })
}
