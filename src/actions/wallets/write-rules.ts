import { Decimal } from '../../core/amounts/decimal.ts'
import { localDate, type TimeZone } from '../../core/calendar/zone.ts'
import { invalid } from '../../core/refusal.ts'
import type { RecurringRule } from '../../core/wallets/recurring-rule.ts'
import { changedRule, newRule, type RuleDefaults } from '../../core/wallets/rule-changes.ts'
import { keepsLimits, type RuleInput } from '../../core/wallets/rule-input.ts'
import { nextTopUpAt } from '../../core/wallets/top-up-days.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import {
  activeRulesOfWallet,
  endRules,
  insertRule,
  intervalRulesOf,
  ruleOf,
  updateRule,
  zoneOfCustomer,
} from '../../store/recurring-rules.ts'
import type { RecurringRuleRow, WalletRow } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'

/**
 * Replaces the recurring rules of a wallet: one that names an active rule changes it, others are new, and active ones
 * that are not named end. 422 `recurring_transaction_rules: invalid_recurring_rule` when the purchases of a fixed rule
 * break the limits of the wallet. The caller has locked the customer and has written the wallet itself.
 *
 * @param first what the wallet begins with; null when it exists already
 */
export async function writeRules(
  tx: Tx,
  caller: Caller,
  wallet: WalletRow,
  inputs: readonly RuleInput[],
  first: Pick<RuleDefaults, 'paidCredits' | 'grantedCredits'> | null,
): Promise<void> {
  const stored = await activeRulesOfWallet(tx, wallet.id)
  const named = inputs.map((input) => ({ input, row: stored.find(({ id }) => id === input.id) }))
  const kept = new Set(named.flatMap(({ row }) => row?.id ?? []))
  const ended = stored.filter(({ id }) => !kept.has(id))
  await endRules(
    tx,
    ended.map(({ id }) => id),
    caller.now,
  )
  for (const { input, row } of named) {
    const { paymentMethodType, paymentMethodId, invoiceRequiresSuccessfulPayment } = wallet
    const own = { paymentMethodType, paymentMethodId, invoiceRequiresSuccessfulPayment }
    const credits = first ?? { paidCredits: Decimal.zero, grantedCredits: Decimal.zero }
    const rule = row ? changedRule(ruleOf(row), input) : newRule(input, { ...credits, ...own })
    await writeRule(tx, caller, wallet, { id: row?.id ?? newId(), row, input, rule })
  }
  await checkRuleLimits(tx, wallet)
}

/** 422 as `writeRules` when the purchases of a wallet's fixed rules are not within its limits, which may have changed. */
export async function checkRuleLimits(tx: Tx, wallet: WalletRow): Promise<void> {
  const limits = { minCents: wallet.paidTopUpMinAmountCents, maxCents: wallet.paidTopUpMaxAmountCents }
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const rules = await activeRulesOfWallet(tx, wallet.id)
  if (!rules.every((row) => keepsLimits(ruleOf(row), limits, unit))) {
    throw invalid({ recurring_transaction_rules: ['invalid_recurring_rule'] })
  }
}

async function writeRule(
  tx: Tx,
  caller: Caller,
  wallet: WalletRow,
  written: {
    readonly id: string
    readonly row: RecurringRuleRow | undefined
    readonly input: RuleInput
    readonly rule: RecurringRule
  },
): Promise<void> {
  const { organizationId, now } = caller
  const { id, row, rule } = written
  const { sections } = written.input
  const skips = sections?.skips ?? row?.skipInvoiceCustomSections ?? false
  if (row) await updateRule(tx, id, rule, skips, now)
  else await insertRule(tx, { organizationId, id, walletId: wallet.id }, rule, skips, now)
  if (sections) {
    await selectSections(tx, caller, { column: 'recurringTransactionRuleId', id }, sections.codes)
  }
  const zone = await zoneOfCustomer(tx, wallet.customerId)
  await scheduleRule(tx, caller, { ...rule, id, walletCreatedAt: wallet.createdAt }, zone)
}

/** What decides when a rule has something due. */
type ScheduledRule = Pick<RecurringRule, 'interval' | 'startedAt' | 'expirationAt'> & {
  readonly id: string
  readonly walletCreatedAt: Caller['now']
}

/** Schedules the next top-up of a rule with an interval, today at the earliest, and the end of a rule that expires. */
async function scheduleRule(
  tx: Tx,
  { organizationId, now }: Caller,
  { id, interval, startedAt, expirationAt, walletCreatedAt }: ScheduledRule,
  zone: TimeZone,
): Promise<void> {
  if (interval === null) {
    await cancelItem(tx, 'wallet_rule', id)
  } else {
    const schedule = { interval, startedAt: startedAt ?? walletCreatedAt, walletCreatedAt, zone }
    const next = nextTopUpAt(schedule, localDate(now, zone))
    const dueAt = next < now ? now : next
    await scheduleItem(tx, organizationId, { kind: 'wallet_rule', subjectId: id, dueAt })
  }
  if (expirationAt === null) await cancelItem(tx, 'wallet_rule_expiry', id)
  else {
    await scheduleItem(tx, organizationId, { kind: 'wallet_rule_expiry', subjectId: id, dueAt: expirationAt })
  }
}

/** Moves the automatic top-ups of a customer to the days of its time zone. The caller has locked the customer. */
export async function rescheduleRules(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  const rows = await intervalRulesOf(tx, customerId)
  if (rows.length === 0) return
  const zone = await zoneOfCustomer(tx, customerId)
  for (const row of rows) {
    await scheduleRule(tx, caller, { ...ruleOf(row), id: row.id, walletCreatedAt: row.walletCreatedAt }, zone)
  }
}
