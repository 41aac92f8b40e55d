import { lesserCents } from '../amounts/cents.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'
import type { Consumption, Funding } from './transaction.ts'

/** The inbound transactions of a wallet in the order in which they are spent: priority, grants first, then age. */
export function inConsumptionOrder(fundings: readonly Funding[]): readonly Funding[] {
  return [...fundings].sort(
    (a, b) =>
      a.priority - b.priority ||
      Number(a.kind === 'purchased') - Number(b.kind === 'purchased') ||
      a.createdAt - b.createdAt ||
      (a.id < b.id ? -1 : 1),
  )
}

/** What an amount takes from which inbound transactions, and what is left of all of them. */
export type Consumed = {
  readonly consumptions: readonly Consumption[]
  /** Those with something left. */
  readonly left: readonly Funding[]
}

/**
 * Takes cents from inbound transactions in their order (docs/rules/wallets.md#which-credits-are-spent-first). Refused
 * when they hold less.
 */
export function consume(fundings: readonly Funding[], amountCents: bigint): Outcome<Consumed> {
  const consumptions: Consumption[] = []
  const left: Funding[] = []
  let wantedCents = amountCents
  for (const funding of inConsumptionOrder(fundings)) {
    const takenCents = lesserCents(funding.remainingCents, wantedCents)
    if (takenCents > 0n) consumptions.push({ inboundId: funding.id, amountCents: takenCents })
    wantedCents -= takenCents
    const remainingCents = funding.remainingCents - takenCents
    if (remainingCents > 0n) left.push({ ...funding, remainingCents })
  }
  if (wantedCents > 0n) return refusedFields({ amount_cents: ['exceeds_available_amount'] })
  return outcome({ consumptions, left })
}
