import { Decimal } from '../../core/amounts/decimal.ts'
import { addDays } from '../../core/calendar/calendar-date.ts'
import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { localDate, startOfDay } from '../../core/calendar/zone.ts'
import { creditsOfCents } from '../../core/wallets/credits.ts'
import type { RecurringRule } from '../../core/wallets/recurring-rule.ts'
import {
  isEmptyTopUp,
  type TopUpCredits,
  type TopUpWallet,
  topUpCredits,
} from '../../core/wallets/top-up-amounts.ts'
import { nextTopUpAt } from '../../core/wallets/top-up-days.ts'
import { DEFAULT_PRIORITY } from '../../core/wallets/wallet.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import type { BalanceRow } from '../../store/ongoing-balances.ts'
import {
  endRules,
  findActiveRule,
  hasIntervalTopUp,
  pendingCredits,
  type RuleWithWallet,
  ruleOf,
} from '../../store/recurring-rules.ts'
import { askForTopUps, type WalletTopUpRow } from '../../store/wallet-top-ups.ts'
import type { RecurringRuleRow, WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'

/**
 * Due work: the top-up of a rule with an interval (docs/rules/recurring-top-ups.md#intervals), once a day at most. A
 * target that is reached is looked at again within the hour, as long as the day lasts.
 */
export const topUpByInterval: DueAction = async (_context, tx, caller, ruleId) => {
  const found = await findActiveRule(tx, ruleId)
  const interval = found?.rule.interval
  if (!found || !interval) return
  const { rule: row, wallet, zone } = found
  const { now } = caller
  if (isExpired(row, now)) return
  const rule = ruleOf(row)
  const today = localDate(now, zone)
  const isDone = await hasIntervalTopUp(tx, wallet.id, startOfDay(today, zone))
  const credits = isDone ? null : await intervalCredits(tx, found, rule)
  if (credits) await askForTopUps(tx, [topUpOfRule(caller, row, 'interval', credits)], now)
  const soon = addMs(now, HOUR_MS)
  const isStillOpen = !isDone && !credits && rule.method === 'target' && localDate(soon, zone) === today
  const schedule = {
    interval: interval as NonNullable<RecurringRule['interval']>,
    startedAt: row.startedAt ?? wallet.createdAt,
    walletCreatedAt: wallet.createdAt,
    zone,
  }
  const dueAt = isStillOpen ? soon : nextTopUpAt(schedule, addDays(today, 1))
  await scheduleItem(tx, caller.organizationId, { kind: 'wallet_rule', subjectId: row.id, dueAt })
}

/** Due work: ends a rule that has expired. */
export const endExpiredRule: DueAction = async (_context, tx, { now }, ruleId) => {
  const found = await findActiveRule(tx, ruleId)
  if (found && isExpired(found.rule, now)) await endRules(tx, [ruleId], now)
}

function isExpired({ expirationAt }: RecurringRuleRow, now: Instant): boolean {
  return expirationAt !== null && expirationAt <= now
}

async function intervalCredits(
  tx: Tx,
  { wallet }: RuleWithWallet,
  rule: RecurringRule,
): Promise<TopUpCredits | null> {
  const pending = await pendingCredits(tx, [wallet.id])
  const credits = topUpCredits(rule, toppedUpWallet(wallet, wallet, pending.get(wallet.id)))
  return isEmptyTopUp(credits) ? null : credits
}

/** A wallet in credits, as its rules see it. */
export function toppedUpWallet(
  {
    currency,
    rateAmount,
    ongoingBalanceCents,
  }: Pick<BalanceRow, 'currency' | 'rateAmount' | 'ongoingBalanceCents'>,
  limits: Pick<WalletRow, 'paidTopUpMinAmountCents' | 'paidTopUpMaxAmountCents'>,
  pending: Decimal | undefined,
): TopUpWallet {
  const unit = { currency, rate: Decimal.of(rateAmount) }
  const creditsOrNull = (cents: bigint | null) => (cents === null ? null : creditsOfCents(cents, unit))
  return {
    ongoingCredits: creditsOfCents(ongoingBalanceCents, unit),
    pendingCredits: pending ?? Decimal.zero,
    minCredits: creditsOrNull(limits.paidTopUpMinAmountCents),
    maxCredits: creditsOrNull(limits.paidTopUpMaxAmountCents),
  }
}

/** A top-up as a rule asks for it. Those towards a target ignore the limits, which are in their amount already. */
export function topUpOfRule(
  { organizationId, now }: Pick<Caller, 'organizationId' | 'now'>,
  rule: RecurringRuleRow,
  source: 'interval' | 'threshold',
  { paid, granted }: TopUpCredits,
): WalletTopUpRow {
  return {
    organizationId,
    id: newId(),
    walletId: rule.walletId,
    source,
    paidCredits: paid.toString(),
    grantedCredits: granted.toString(),
    name: rule.transactionName,
    priority: DEFAULT_PRIORITY,
    metadata: rule.transactionMetadata,
    purchaseOrderNumber: rule.purchaseOrderNumber,
    invoiceRequiresSuccessfulPayment: rule.invoiceRequiresSuccessfulPayment,
    ignorePaidTopUpLimits: rule.ignorePaidTopUpLimits || rule.method === 'target',
    skipInvoiceCustomSections: rule.skipInvoiceCustomSections,
    paymentMethodType: rule.paymentMethodType,
    paymentMethodId: rule.paymentMethodId,
    recurringTransactionRuleId: rule.id,
    createdAt: now,
  }
}
