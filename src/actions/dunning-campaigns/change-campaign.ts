import type { DunningSettings } from '../../core/dunning/campaign-input.ts'
import { matchedCurrencies, nextLookAt } from '../../core/dunning/steps.ts'
import { notFound } from '../../core/refusal.ts'
import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import {
  customersToDun,
  overdueBalances,
  resetDunning,
  scheduleDunning,
  unassignCampaign,
} from '../../store/dunning.ts'
import {
  campaignViews,
  type DunningCampaignView,
  findCampaignsById,
  insertCampaign,
  lockCampaign,
  replaceThresholds,
  updateCampaign,
} from '../../store/dunning-campaigns.ts'
import { newId } from '../../store/ids.ts'
import { lockSettings } from '../../store/inherited-settings.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** Creates a campaign, which applies to nobody yet. 422 when its code is taken. */
export async function createCampaign(
  context: Context,
  caller: Caller,
  settings: DunningSettings,
): Promise<DunningCampaignView> {
  const { organizationId, now } = caller
  const { thresholds, bccEmails, ...columns } = settings
  const id = newId()
  return inTransaction(context.database, caller, async (tx) => {
    await insertCampaign(tx, {
      ...columns,
      bccEmails: [...bccEmails],
      organizationId,
      id,
      ...stamps(now),
    })
    await replaceThresholds(tx, { organizationId, id }, thresholds)
    return readCampaign(tx, id)
  })
}

/**
 * Changes a campaign; given thresholds replace all of its own. Customers who reach none of them any more start over,
 * and the others are looked at within the hour. 404 when there is no campaign with the code.
 */
export async function changeCampaign(
  context: Context,
  caller: Caller,
  code: string,
  change: Partial<DunningSettings>,
): Promise<DunningCampaignView> {
  const { organizationId, now } = caller
  const { thresholds, bccEmails, ...columns } = change
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockCampaign(tx, code)
    if (!stored) throw notFound('dunning_campaign')
    const customerIds = await customersToDun(tx, { campaignId: stored.id })
    await lockCustomersById(tx, customerIds)
    await updateCampaign(tx, stored.id, {
      ...columns,
      ...(bccEmails ? { bccEmails: [...bccEmails] } : {}),
      updatedAt: ts(now),
    })
    if (thresholds) {
      await replaceThresholds(tx, { organizationId, id: stored.id }, thresholds)
      const balances = await overdueBalances(tx, customerIds)
      const lost = customerIds.filter(
        (id) => matchedCurrencies({ thresholds }, balances.get(id) ?? new Map()).length === 0,
      )
      await resetDunning(tx, lost, now)
    }
    await scheduleDunning(tx, customerIds, nextLookAt(now))
    return readCampaign(tx, stored.id)
  })
}

/**
 * Deletes a campaign, which payment requests still name: it is taken away from all customers and billing entities, its
 * customers start over, and its code is free. 404 when there is none.
 */
export async function deleteCampaign(
  context: Context,
  caller: Caller,
  code: string,
): Promise<DunningCampaignView> {
  const { now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockCampaign(tx, code)
    if (!stored) throw notFound('dunning_campaign')
    // Billing entities lose the campaign too.
    await lockSettings(tx)
    const customerIds = await customersToDun(tx, { campaignId: stored.id })
    await lockCustomersById(tx, customerIds)
    await resetDunning(tx, customerIds, now)
    await unassignCampaign(tx, stored.id, now)
    await updateCampaign(tx, stored.id, { deletedAt: ts(now), updatedAt: ts(now) })
    await scheduleDunning(tx, customerIds, nextLookAt(now))
    return readCampaign(tx, stored.id)
  })
}

async function readCampaign(tx: Tx, id: string): Promise<DunningCampaignView> {
  const [view] = await campaignViews(tx, await findCampaignsById(tx, [id]))
  if (!view) throw new Error(`dunning campaign ${id} is gone`)
  return view
}
