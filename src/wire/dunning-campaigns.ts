import { toWireCents } from '../core/amounts/json-text.ts'
import { nextAttemptAt } from '../core/dunning/steps.ts'
import type { CustomerDunning } from '../store/dunning.ts'
import type { DunningCampaignView } from '../store/dunning-campaigns.ts'
import type { DunnedCustomer, DunningFunnel } from '../store/dunning-progress.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

export function toWireDunningCampaign(campaign: DunningCampaignView): object {
  return {
    lago_id: campaign.id,
    code: campaign.code,
    name: campaign.name,
    description: campaign.description,
    days_between_attempts: campaign.daysBetweenAttempts,
    max_attempts: campaign.maxAttempts,
    bcc_emails: [...campaign.bccEmails],
    thresholds: campaign.thresholds.map(({ currency, amountCents }) => ({
      amount_cents: toWireCents(amountCents),
      currency,
    })),
    created_at: isoSeconds(campaign.createdAt),
    updated_at: isoSeconds(campaign.updatedAt),
  }
}

/** How a customer is dunned: the campaign that applies to it, and what it was asked. */
export function toWireDunning(externalCustomerId: string, dunning: CustomerDunning): object {
  return {
    external_customer_id: externalCustomerId,
    exclude_from_dunning_campaign: dunning.isExcluded,
    dunning_campaign_code: dunning.campaign?.code ?? null,
    is_own_campaign: dunning.ownCampaignId !== null,
    last_attempt_at: isoSecondsOrNull(dunning.state.lastAttemptAt),
    attempts: [...dunning.state.attempts].map(([currency, attempts]) => ({ currency, attempts })),
  }
}

/** How far the customers of a campaign have come; those in progress were asked, and have neither paid nor all attempts. */
export function toWireFunnel({ asked, mailed, paid, exhausted }: DunningFunnel): object {
  return { asked, mailed, paid, exhausted, in_progress: asked - paid - exhausted }
}

/** A customer whom a campaign is asking. */
export function toWireDunnedCustomer(
  customer: DunnedCustomer,
  campaign: Parameters<typeof nextAttemptAt>[0],
): object {
  const attempts = new Map(customer.attempts.map((each) => [each.currency, each.attempts]))
  const { lastAttemptAt } = customer
  return {
    external_id: customer.externalId,
    name: customer.name,
    last_attempt_at: isoSecondsOrNull(lastAttemptAt),
    next_attempt_at: isoSecondsOrNull(nextAttemptAt(campaign, { lastAttemptAt, attempts })),
    attempts: customer.attempts.map(({ currency, attempts }) => ({ currency, attempts })),
    overdue_balances: [...customer.balances].map(([currency, cents]) => ({
      currency,
      amount_cents: toWireCents(cents),
    })),
  }
}

/** The payload of `dunning_campaign.finished`. `currency` is the customer's. */
export function toWireFinishedCampaign(finished: {
  readonly externalCustomerId: string
  readonly campaignCode: string
  readonly currency: string | null
  readonly balances: ReadonlyMap<string, bigint>
}): object {
  const { externalCustomerId, campaignCode, currency, balances } = finished
  return {
    external_customer_id: externalCustomerId,
    dunning_campaign_code: campaignCode,
    overdue_balance_cents: toWireCents(balances.get(currency ?? '') ?? 0n),
    overdue_balance_currency: currency,
    overdue_balances: [...balances].map(([each, cents]) => ({
      currency: each,
      amount_cents: toWireCents(cents),
    })),
    customer_external_id: externalCustomerId,
  }
}
